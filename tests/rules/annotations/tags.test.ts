import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { type LeakCase, pgClient, type SessionKind, verdicts } from "../require-scope/support.js";

const ownWork: SessionKind = { title: "begin() Work", close: "finish()", leak: "it stays open" };

/** Never closed before the function's end. */
function open(of: SessionKind, at: string, variable = "client"): Omit<LeakCase, "code"> {
  return { kind: "neverClosed", at, of, variable, line: "end" };
}

const functions = `
  import pg from "pg";
  import { make } from "elsewhere";
  /** @engine {pg.Pool} */
  const pool = make();
  /** @opens {Promise<pg.PoolClient>} */
  const grab = make("grab");
  /**
   * Gives a client back.
   * @closes client when the work is done
   */
  export function giveBack(client) {
    setTimeout(() => make(client), 10);
  }
  /** @keeps client */
  export async function keep(client) {
    await client.query("SELECT 1");
  }
  /** @borrows client */
  export async function ask(client) {
    return await make(client);
  }
  /** @closes options.client */
  export function settle(options) {
    make(options);
  }
  /** @closes clients */
  export function settleAll(...clients) {
    make(clients);
  }
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    "",
    {
      "@closes: passing the session closes it, whatever the body does": `${functions}
  export async function find() {
    const client = await grab();
    try {
      return await client.query("SELECT 1");
    } finally {
      giveBack(client);
    }
  }
`,
      "@closes of a property": `${functions}
  export async function find() {
    const client = await pool.connect();
    try {
      return await client.query("SELECT 1");
    } finally {
      settle({ client, log: true });
    }
  }
`,
      "@closes of a property says nothing of the others": `${functions}
  export async function find() {
    const client = await pool.connect();
    settle({ other: client });
    await client.query("SELECT 1");
  }
`,
      "@closes of the rest": `${functions}
  export async function find() {
    const client = await pool.connect();
    try {
      return await client.query("SELECT 1");
    } finally {
      settleAll(pool, client);
    }
  }
`,
      "@keeps: the session is somebody else's from there on": `${functions}
  export async function find() {
    const client = await grab();
    await keep(client);
  }
`,
      "@borrows, then closed": `${functions}
  export async function find() {
    const client = await grab();
    try {
      await ask(client);
    } finally {
      client.release();
    }
  }
`,
      "without tags the function that takes the session may do anything with it": `
  import pg from "pg";
  import { ask } from "elsewhere";
  const pool = new pg.Pool();
  export async function find() {
    const client = await pool.connect();
    await ask(client);
  }
`,
      "a tag in the middle of a sentence, or of another tool": `
  import pg from "pg";
  import { make } from "elsewhere";
  /** See what @opens {pg.PoolClient} means. */
  const grab = make("grab");
  /** @closes #42 */
  export function settle(client) {
    make(client);
  }
  /** @engine v8 */
  export const runtime = make();
  /* @engine {pg.Pool} */
  const noDoc = make();
  export async function find() {
    settle(await grab());
    const first = await grab();
    const second = await noDoc.connect();
    await runtime.connect();
    return [await first.query("SELECT 1"), await second.query("SELECT 1")];
  }
`,
      "a type that nothing knows": `
  import { make } from "elsewhere";
  /** @engine {Queue} */
  const queue = make();
  export async function find() {
    const client = await queue.connect();
    await client.query("SELECT 1");
  }
`,
      "a class of the user's own, closed by the method that says so": `
  class Work {
    async run() {}
    /** @closes */
    async finish() {}
  }
  /** @opens */
  function begin() {
    return new Work();
  }
  export async function find() {
    const work = begin();
    try {
      await work.run();
    } finally {
      await work.finish();
    }
  }
`,
      "a session of which nothing is known, closed by what closes are called": `
  import { make } from "elsewhere";
  /** @opens */
  async function begin() {
    return await make();
  }
  export async function find() {
    const work = await begin();
    try {
      await work.run();
    } finally {
      await work.close();
    }
  }
`,
      "a line for another tool between the tag and the function": `
  import pg from "pg";
  const pool = new pg.Pool();
  /** @closes client */
  // eslint-disable-next-line func-style
  function giveBack(client) {
    queueMicrotask(() => client.release());
  }
  export async function find() {
    const client = await pool.connect();
    try {
      return await client.query("SELECT 1");
    } finally {
      giveBack(client);
    }
  }
`,
    },
    {
      "@engine of a variable": {
        code: `${functions}
  export async function find() {
    const client = await pool.connect();
    await client.query("SELECT 1");
  }
`,
        ...open(pgClient, "pool.connect()"),
      },
      "@opens of a variable": {
        code: `${functions}
  export async function find() {
    const client = await grab();
    await client.query("SELECT 1");
  }
`,
        ...open(pgClient, "grab()"),
      },
      "@closes counts where it is called, not where it throws": {
        code: `${functions}
  export async function find() {
    const client = await grab();
    await client.query("SELECT 1");
    giveBack(client);
  }
`,
        kind: "notClosedOnThrow",
        at: "grab()",
        of: pgClient,
        variable: "client",
        line: 'await client.query("SELECT 1")',
      },
      "@borrows wins over a body that could keep it": {
        code: `${functions}
  export async function find() {
    const client = await grab();
    await ask(client);
  }
`,
        ...open(pgClient, "grab()"),
      },
      "@opens of a function whose body shows no session, by its return annotation and braces": {
        code: `
  import { make } from "elsewhere";
  /**
   * @param {string} name
   * @opens {import("pg").PoolClient}
   */
  export async function acquire(name) {
    return make(name);
  }
  export async function find() {
    const client = await acquire("a");
    await client.query("SELECT 1");
  }
`,
        ...open(pgClient, 'acquire("a")'),
      },
      "@opens of a function that returns what it keeps": {
        code: `
  import pg from "pg";
  const pool = new pg.Pool();
  let kept;
  /** @opens */
  export async function acquire() {
    kept ??= await pool.connect();
    return kept;
  }
  export async function find() {
    const client = await acquire();
    await client.query("SELECT 1");
  }
`,
        ...open(pgClient, "acquire();\n", "client"),
      },
      "@opens and @closes of methods": {
        code: `
  import { make } from "elsewhere";
  class Store {
    /** @opens {pg.PoolClient} */
    async acquire() {
      return make();
    }
    /** @closes client */
    drop(client) {
      make(client);
    }
    async find() {
      const client = await this.acquire();
      await client.query("SELECT 1");
      this.drop(client);
    }
  }
  export async function find() {
    const store = new Store();
    const client = await store.acquire();
    store.drop(client);
    const other = await store.acquire();
    await other.query("SELECT 1");
  }
`,
        kind: "notClosedOnThrow",
        at: "this.acquire()",
        of: pgClient,
        variable: "client",
        line: "await client.query",
        also: [open(pgClient, "store.acquire();\n  await", "other")],
      },
      "@engine of a field, a parameter and a result": {
        code: `
  import { make } from "elsewhere";
  class Store {
    /** @engine {pg.Pool} */
    pool = make();
    async find() {
      const client = await this.pool.connect();
      await client.query("SELECT 1");
    }
  }
  /** @engine {pg.Pool} */
  function getPool() {
    return make();
  }
  /** @engine {pg.Pool} db */
  export async function first(name, db) {
    const client = await db.connect();
    await client.query(name);
  }
  export async function second(/** @engine {pg.Pool} */ db) {
    const client = await db.connect();
    await client.query("SELECT 2");
  }
  export async function third() {
    const client = await getPool().connect();
    await client.query("SELECT 3");
  }
  export const store = new Store();
`,
        ...open(pgClient, "this.pool.connect()"),
        line: "}",
        also: [
          open(pgClient, "db.connect();\n  await client.query(name)"),
          open(pgClient, 'db.connect();\n  await client.query("SELECT 2")'),
          open(pgClient, "getPool().connect()"),
        ],
      },
      "a class of the user's own that is left open": {
        code: `
  class Work {
    async run() {}
    /** @closes */
    finish() {}
  }
  /** @opens */
  const begin = () => new Work();
  export async function find() {
    const work = begin();
    await work.run();
    begin();
  }
`,
        ...open(ownWork, "begin();\n  await", "work"),
        also: [{ kind: "discarded", at: "begin();\n}", of: ownWork, line: "end" }],
      },
    },
  ),
);
