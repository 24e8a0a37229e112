import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { missing, onlySize } from "./support.js";

const importClient = 'import { PrismaClient } from "@prisma/client";\n';
const code = `${importClient}export const prisma = new PrismaClient();`;

function schema(dataSource: string, path = "prisma/schema.prisma") {
  const generator = 'generator client {\n  provider = "prisma-client-js"\n}\n';
  return { files: { [path]: `${generator}\ndatasource db {\n${dataSource}\n}\n` }, options: onlySize };
}
const fromEnvironment = '  url      = env("DATABASE_URL")';

testRule("prisma's schema", rule, {
  valid: [
    { name: "a database without a pool", code, ...schema(`  provider = "sqlite"\n${fromEnvironment}`) },
    { name: "the same, the URL first", code, ...schema(`${fromEnvironment}\n  provider = "sqlite"`) },
    {
      name: "beside the sources of an API",
      code,
      ...schema(`  provider = "sqlite"\n${fromEnvironment}`, "db/schema.prisma"),
    },
    { name: "a driver with a pool of its own", code, ...schema(`  provider = "mongodb"\n${fromEnvironment}`) },
    {
      name: "a pool elsewhere",
      code,
      ...schema('  provider = "postgresql"\n  url = "prisma://accelerate/?api_key=1"'),
    },
    {
      name: "its URL says",
      code,
      ...schema('  provider = "postgresql"\n  url = "postgres://db/orders?schema=a&connection_limit=4"'),
    },
    {
      name: "the extension that has the pool elsewhere",
      code: `${importClient}import { withAccelerate } from "@prisma/extension-accelerate";\nexport const prisma = new PrismaClient().$extends(withAccelerate());`,
      options: onlySize,
    },
  ],
  invalid: [
    ["PostgreSQL", `  provider = "postgresql"\n${fromEnvironment}`],
    ["a comment", `  // provider = "sqlite"\n  provider = "postgresql"\n${fromEnvironment}`],
    ["another parameter", '  provider = "postgresql"\n  url = "postgres://db/orders?schema=a"'],
    ["another block", `  provider = "postgresql"\n${fromEnvironment}\n}\nmodel X {\n  provider = "sqlite"`],
  ].map(([name, dataSource]) =>
    missing({
      name: name!,
      code,
      at: "new PrismaClient",
      engine: "PrismaClient",
      library: "prisma",
      settings: "`connection_limit`",
      defaults:
        "keeps two connections for each processor and one more and waits 10 seconds for a free one, unless its URL says otherwise",
      ...schema(dataSource!),
    }),
  ),
});
