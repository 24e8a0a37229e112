import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { missing, onlySize } from "./support.js";

const importPool = 'import { Pool } from "pg";\nimport assert from "node:assert";\n';
const pool = {
  engine: "pg Pool",
  library: "pg",
  settings: "`max`",
  defaults: "keeps 10 connections and waits for ever for a free one",
  options: onlySize,
};

testRule("engines whose making is asserted to fail", rule, {
  valid: [
    { code: `${importPool}assert.throws(() => new Pool({ port: -1 }), /port/);` },
    { code: `${importPool}expect(() => new Pool({ port: -1 })).toThrow("port");` },
    { code: `${importPool}expect(() => new Pool({ port: -1 })).toThrowErrorMatchingInlineSnapshot("port");` },
    { code: `${importPool}assertThrows(() => new Pool({ port: -1 }));` },
    { code: `${importPool}expect(function () { new Pool({ port: -1 }); }).to.throw(RangeError);` },
    { code: `${importPool}await assert.rejects(async () => await new Pool({ port: -1 }));` },
    { code: `${importPool}await assert.rejects(async () => { return new Pool({ port: -1 }); });` },
  ],
  invalid: [
    missing({
      ...pool,
      name: "it is made to be used",
      code: `${importPool}await assert.rejects(async () => { const pool = new Pool(); await pool.query("SELEC 1"); });`,
      at: "new Pool",
      output: `${importPool}await assert.rejects(async () => { const pool = new Pool({ max: 10 }); await pool.query("SELEC 1"); });`,
    }),
    missing({
      ...pool,
      name: "it is asserted to work",
      code: `${importPool}expect(() => new Pool({ port: 1 })).not.to.throw();`,
      at: "new Pool",
      output: `${importPool}expect(() => new Pool({ port: 1, max: 10 })).not.to.throw();`,
    }),
  ],
});
