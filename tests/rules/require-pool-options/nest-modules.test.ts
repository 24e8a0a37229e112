import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { missing, onlySize } from "./support.js";

const importTypeorm = 'import { TypeOrmModule } from "@nestjs/typeorm";\n';
const importMongoose = 'import { MongooseModule } from "@nestjs/mongoose";\n';
const importSequelize = 'import { SequelizeModule } from "@nestjs/sequelize";\n';

const typeorm = {
  engine: "typeorm DataSource",
  library: "typeorm",
  at: "TypeOrmModule.for",
  settings: "`poolSize` and `connectTimeoutMS`",
  defaults: "with this driver keeps 10 connections and waits for ever for a free one",
};
const mongoose = {
  engine: "mongoose Connection",
  library: "mongoose",
  at: "MongooseModule.for",
  settings: "`maxPoolSize` and `waitQueueTimeoutMS`",
  defaults: "keeps up to 100 connections and waits for ever for a free one",
};
const sequelize = {
  engine: "Sequelize",
  library: "sequelize",
  at: "SequelizeModule.for",
  settings: "`pool.max` and `pool.acquire`",
  defaults: "keeps 5 connections and waits 60 seconds for a free one",
};

testRule("@nestjs/typeorm", rule, {
  valid: [
    `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: () => ({ type: "postgres", poolSize: 5, connectTimeoutMS: 1 }) });`,
    {
      name: "set after some work",
      code: `${importTypeorm}TypeOrmModule.forRootAsync({
  inject: [Config],
  useFactory: async (config) => {
    const options = { type: "mysql", url: config.get("URL") };
    options.poolSize = 5;
    return options;
  },
});`,
    },
    {
      name: "set on one of two ways",
      code: `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: (c) => { if (c.x) return { type: "mysql" }; return { type: "mysql", poolSize: 1 }; } });`,
    },
    `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: () => ({ type: "better-sqlite3", database: "x" }) });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: (config) => ({ type: config.get("TYPE") }) });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: (config) => ({ type: "postgres", ...config.get("db") }) });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: (config) => config.get("db") });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: async () => { await later(); } });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ useClass: OrmOptions });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ imports: [], useExisting: OrmOptions });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ ...shared, useFactory: () => ({ type: "postgres" }) });`,
    `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: () => ({ type: "postgres" }), ...shared });`,
    `${importTypeorm}TypeOrmModule.forRootAsync(shared);`,
    `${importTypeorm}TypeOrmModule.forRootAsync();`,
    `${importTypeorm}import { useFactory } from "./orm.js";\nTypeOrmModule.forRootAsync({ useFactory });`,
    `${importTypeorm}import orm from "./orm.js";\nTypeOrmModule.forRootAsync(orm.asProvider());`,
    {
      name: "a factory of the data source, which may set them",
      code: `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: () => ({ type: "postgres" }), dataSourceFactory: async (o) => open(o) });`,
    },
    {
      name: "another module's",
      code: 'import { TypeOrmModule } from "./orm.js";\nTypeOrmModule.forRootAsync({ useFactory: () => ({ type: "postgres" }) });',
    },
  ],
  invalid: [
    missing({
      ...typeorm,
      code: `${importTypeorm}TypeOrmModule.forRootAsync({ useFactory: () => ({ type: "postgres" }) });`,
    }),
    missing({
      ...typeorm,
      name: "asynchronous, with what is injected",
      code: `${importTypeorm}TypeOrmModule.forRootAsync({
  inject: [Config],
  useFactory: async (config) => ({ type: "postgres", url: config.get("URL"), autoLoadEntities: true }),
});`,
    }),
    missing({
      ...typeorm,
      name: "a method with statements",
      code: `${importTypeorm}TypeOrmModule.forRootAsync({ async useFactory(config) { const url = config.url; return { type: "mysql", url }; } });`,
      settings: "`poolSize`",
    }),
    missing({
      ...typeorm,
      name: "a function of the file",
      code: `${importTypeorm}function makeOptions() { return { type: "postgres" }; }\nTypeOrmModule.forRootAsync({ useFactory: makeOptions });`,
    }),
    missing({
      ...typeorm,
      name: "shorthand",
      code: `${importTypeorm}const useFactory = () => ({ type: "postgres" });\nTypeOrmModule.forRootAsync({ useFactory });`,
    }),
    missing({
      ...typeorm,
      name: "module options in a constant that others use too",
      code: `${importTypeorm}export const options = { useFactory: () => ({ type: "postgres" }) };\nTypeOrmModule.forRootAsync(options);`,
      options: onlySize,
      settings: "`poolSize`",
    }),
    missing({
      ...typeorm,
      name: "beside the factory, where nobody reads it",
      code: `${importTypeorm}TypeOrmModule.forRootAsync({ poolSize: 5, connectTimeoutMS: 1, useFactory: () => ({ type: "postgres" }) });`,
    }),
    missing({
      ...typeorm,
      name: "typed",
      code: `import { TypeOrmModule, type TypeOrmModuleOptions } from "@nestjs/typeorm";
TypeOrmModule.forRootAsync({ useFactory: (): TypeOrmModuleOptions => ({ type: "postgres" }) as TypeOrmModuleOptions });`,
      filename: "case.ts",
    }),
  ],
});

testRule("@nestjs/mongoose", rule, {
  valid: [
    `${importMongoose}MongooseModule.forRootAsync({ useFactory: () => ({ uri: "mongodb://db", maxPoolSize: 5, waitQueueTimeoutMS: 1 }) });`,
    `${importMongoose}MongooseModule.forRootAsync({ useFactory: () => ({ uri: "mongodb://db/?maxPoolSize=5&waitQueueTimeoutMS=1" }) });`,
    {
      name: "a URL that is not seen",
      code: `${importMongoose}MongooseModule.forRootAsync({ useFactory: (config) => ({ uri: config.get("URI") }) });`,
    },
    {
      name: "a URL of the environment",
      code: `${importMongoose}MongooseModule.forRootAsync({ useFactory: () => ({ uri: process.env.URI }) });`,
    },
    `${importMongoose}MongooseModule.forRootAsync({ useClass: MongoOptions });`,
    `${importMongoose}MongooseModule.forRootAsync({ connectionName: "cats", useExisting: MongoOptions });`,
    `${importMongoose}MongooseModule.forRootAsync(options);`,
    `${importMongoose}MongooseModule.forFeatureAsync([{ name: "cat", useFactory: () => schema }]);`,
  ],
  invalid: [
    missing({
      ...mongoose,
      code: `${importMongoose}MongooseModule.forRootAsync({ useFactory: () => ({ uri: "mongodb://db/cats" }) });`,
    }),
    missing({
      ...mongoose,
      name: "asynchronous, half of it in the URL",
      code: `${importMongoose}MongooseModule.forRootAsync({ useFactory: async () => { return { uri: "mongodb://db/?maxPoolSize=5" }; } });`,
      settings: "`waitQueueTimeoutMS`",
      defaults: "waits for ever for a free connection",
    }),
  ],
});

testRule("@nestjs/sequelize", rule, {
  valid: [
    `${importSequelize}SequelizeModule.forRootAsync({ useFactory: () => ({ dialect: "mysql", pool: { max: 5, acquire: 1 } }) });`,
    `${importSequelize}SequelizeModule.forRootAsync({ useFactory: (config) => ({ dialect: "mysql", pool: config.get("pool") }) });`,
    `${importSequelize}SequelizeModule.forRootAsync({ useFactory: () => ({ dialect: "sqlite" }) });`,
    `${importSequelize}SequelizeModule.forRootAsync({ useFactory: () => ({ uri: "sqlite::memory:" }) });`,
    `${importSequelize}SequelizeModule.forRootAsync({ useClass: SequelizeOptions });`,
    `${importSequelize}SequelizeModule.forRootAsync({ ...options });`,
    `${importSequelize}SequelizeModule.forRoot({ uri: "sqlite::memory:" });`,
  ],
  invalid: [
    missing({
      ...sequelize,
      code: `${importSequelize}SequelizeModule.forRootAsync({ useFactory: (config) => ({ dialect: "mysql", host: config.host }) });`,
    }),
    missing({
      ...sequelize,
      name: "asynchronous",
      code: `${importSequelize}SequelizeModule.forRootAsync({ useFactory: async () => ({ dialect: "mysql", pool: { max: 5 } }) });`,
      settings: "`pool.acquire`",
      defaults: "waits 60 seconds for a free connection",
    }),
    missing({
      ...sequelize,
      name: "without a factory, the URL not seen",
      code: `${importSequelize}SequelizeModule.forRoot({ uri: process.env.DATABASE_URL });`,
      options: onlySize,
      settings: "`pool.max`",
      suggestion: [
        "`pool.max: 5`",
        `${importSequelize}SequelizeModule.forRoot({ uri: process.env.DATABASE_URL, pool: { max: 5 } });`,
      ],
    }),
  ],
});
