import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const opened = { at: "pool.connect()", of: pgClient } as const;

// What a test asserts to fail never holds a session.
testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg + 'import assert from "node:assert";\n',
    {
      "assert.rejects": `
        it("refuses a wrong password", async () => {
          await assert.rejects(async () => {
            await pool.connect();
          }, /password/);
        });
      `,
      "a function of its own": `
        it("refuses a wrong password", async () => {
          await assert.rejects(async function () {
            const client = await pool.connect();
          });
        });
      `,
      "a promise made on the spot": `
        it("refuses a wrong password", async () => {
          await assert.rejects((async () => {
            await pool.connect();
          })());
        });
      `,
      "t.throwsAsync": `
        test("refuses a wrong password", async (t) => {
          await t.throwsAsync(async () => {
            await pool.connect();
          });
        });
      `,
      "expect().rejects.toThrow": `
        it("refuses a wrong password", async () => {
          await expect(async () => {
            await pool.connect();
          }).rejects.toThrow("password");
        });
      `,
      "expect().to.be.rejectedWith": `
        it("refuses a wrong password", async () => {
          await expect((async () => {
            await pool.connect();
          })()).to.be.rejectedWith(/password/);
        });
      `,
    },
    {
      "a query that is asserted to fail": {
        ...opened,
        variable: "client",
        kind: "neverClosed",
        line: "  });",
        code: `
          it("refuses a wrong query", async () => {
            await assert.rejects(async () => {
              const client = await pool.connect();
              await client.query("SELEC 1");
            });
          });
        `,
      },
      "the connection of a query that is asserted to fail": {
        ...opened,
        kind: "discarded",
        code: `
          it("refuses a wrong query", async () => {
            await assert.rejects(async () => {
              await (await pool.connect()).query("SELEC 1");
            });
          });
        `,
      },
      "assert.doesNotReject": {
        ...opened,
        kind: "discarded",
        code: `
          it("connects", async () => {
            await assert.doesNotReject(async () => {
              await pool.connect();
            });
          });
        `,
      },
      "expect().resolves": {
        ...opened,
        kind: "discarded",
        code: `
          it("connects", async () => {
            await expect((async () => {
              await pool.connect();
            })()).resolves.toBeUndefined();
          });
        `,
      },
      "expect().not.to.be.rejected": {
        ...opened,
        kind: "discarded",
        code: `
          it("connects", async () => {
            await expect((async () => {
              await pool.connect();
            })()).not.to.be.rejected;
          });
        `,
      },
    },
  ),
);
