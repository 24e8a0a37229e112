import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

// The stack calls what it was given, and not the library's disposal: whether that stands a second close is the close's matter.
const { invalid, valid } = casesOver(
  `
    import pg from "pg";

    const pool = new pg.Pool({ max: 4 });
  `,
  {
    messageId: "harmful",
    name: "client",
    session: "pg PoolClient",
    scope: "the `await using` scope",
    consequence: "the stack closes it a second time",
  },
);

testRule("no-redundant-close", rule, {
  valid: valid({
    "what closes is on the stack alone": `
      export async function find() {
        await using stack = new AsyncDisposableStack();
        const client = await pool.connect();
        stack.defer(() => client.release());
        return await client.query("SELECT 1");
      }
    `,
    "destroyed before the stack releases it: more than the stack does": `
      export async function find() {
        await using stack = new AsyncDisposableStack();
        const client = stack.adopt(await pool.connect(), (held) => held.release());
        await client.query("SELECT 1");
        client.release(new Error("not to be used again"));
      }
    `,
    "another one is in its place when the stack closes": `
      export async function find() {
        await using stack = new AsyncDisposableStack();
        let client = await pool.connect();
        stack.defer(() => client?.release());
        await client.query("SELECT 1");
        client.release();
        client = undefined;
      }
    `,
    "the stack asks whether it was released": `
      export async function find() {
        await using stack = new AsyncDisposableStack();
        const client = stack.adopt(await pool.connect(), (held) => {
          if (!held.isDone) held.release();
        });
        await client.query("SELECT 1");
        client.release();
        client.isDone = true;
      }
    `,
    "closed before it is put on the stack": `
      export async function find(isDry) {
        await using stack = new AsyncDisposableStack();
        const client = await pool.connect();
        if (isDry) { client.release(); return; }
        stack.defer(() => client.release());
        await client.query("SELECT 1");
      }
    `,
  }),
  invalid: [
    invalid(
      "deferred",
      `
      export async function find() {
        ◇await using stack = new AsyncDisposableStack();
        const client = await pool.connect();
        stack.defer(() => client.release());
        await client.query("SELECT 1");
        ◆client.release();
      }
    `,
      {},
    ),
    invalid(
      "adopted",
      `
      export async function find() {
        ◇await using stack = new AsyncDisposableStack();
        const client = stack.adopt(await pool.connect(), (held) => held.release());
        await client.query("SELECT 1");
        ◆client.release();
      }
    `,
      {},
    ),
    invalid(
      "in the middle",
      `
      export async function find() {
        ◇await using stack = new AsyncDisposableStack();
        const client = await pool.connect();
        stack.defer(() => client.release());
        await client.query("SELECT 1");
        ◆client.release();
        await fetch("https://example.org/");
      }
    `,
      { suggests: "line" },
    ),
  ],
});
