import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";

const head = 'import { make } from "elsewhere";\n';

testRule("require-scope", rule, {
  valid: [
    {
      name: "names that are no parameter's, nor near one",
      code: `${head}/** @closes #42 */\nexport function settle(client) {\n  make(client);\n}\n`,
    },
    { name: "a type of no library", code: `${head}/** @opens {Work} */\nexport const begin = make();\n` },
    {
      name: "the parameter, this, and a property",
      code: `${head}/**\n * @closes client\n * @keeps this\n * @borrows options.db\n */\nexport function settle(client, options) {\n  make(client, options);\n}\n`,
    },
    {
      name: "in a comment that is no doc comment",
      code: `${head}/* @closes clinet */\nexport function settle(client) {\n  make(client);\n}\n`,
    },
    {
      name: "in a sentence",
      code: `${head}/** As @closes clinet would. */\nexport function settle(client) {\n  make(client);\n}\n`,
    },
    {
      name: "before something that has no parameters",
      code: `${head}/** @closes clinet */\nexport const client = make();\n`,
    },
  ],
  invalid: [
    {
      name: "parameters",
      code: `${head}/**\n * Ends it.\n * @closes clinet when done\n * @borrows optoins.db\n */\nexport function settle(client, options) {\n  make(client, options);\n}\n`,
      errors: [
        {
          messageId: "misspelt",
          data: { tag: "closes", written: "clinet", nearest: "client" },
          line: 4,
          column: 12,
          endLine: 4,
          endColumn: 18,
        },
        {
          messageId: "misspelt",
          data: { tag: "borrows", written: "optoins", nearest: "options" },
          line: 5,
          column: 13,
        },
      ],
    },
    {
      name: "types of a library that is known",
      code: `${head}/** @opens {pg.PoolCleint} */\nexport const grab = make();\n/** @engine {Promise<typeorm.DataSorce>} */\nexport const source = make();\n`,
      errors: [
        {
          messageId: "misspelt",
          data: { tag: "opens", written: "pg.PoolCleint", nearest: "pg.PoolClient" },
          line: 2,
          column: 13,
        },
        {
          messageId: "misspelt",
          data: { tag: "engine", written: "typeorm.DataSorce", nearest: "typeorm.DataSource" },
          line: 4,
          column: 22,
        },
      ],
    },
    {
      name: "a method's, and a signature's",
      code: `${head}export class Store {\n  /** @closes clent */\n  drop(client: unknown): void {\n    make(client);\n  }\n}\nexport interface Drops {\n  /** @closes clent */\n  drop(client: unknown): void;\n}\n`,
      errors: [
        { messageId: "misspelt", data: { tag: "closes", written: "clent", nearest: "client" }, line: 3, column: 15 },
        { messageId: "misspelt", data: { tag: "closes", written: "clent", nearest: "client" }, line: 9, column: 15 },
      ],
    },
  ],
});
