import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { offered, type StyleOptions } from "./scope-support.js";

const filename = join(process.cwd(), "src", "file.ts");
const pg = `import { Pool, type PoolClient } from "pg";\nconst pool = new Pool();\n`;
const mongodb = `import { MongoClient } from "mongodb";\nconst client = new MongoClient("x");\nconst items = client.db().collection("items");\n`;
const typeorm = `import { DataSource } from "typeorm";\ndeclare const dataSource: DataSource;\n`;

function inFunction(prelude: string, body: string, head = "async function f(x: any) {"): string {
  return `${prelude}${head}\n${body.replace(/^(?=.)/gmu, "  ")}\n}\n`;
}

function kinds(code: string, options: StyleOptions = {}): readonly string[] {
  const { fix, suggestions } = offered(code, { filename, ...options });
  return [...(fix ? [fix[0]] : []), ...suggestions.map(([kind]) => `${kind}?`)];
}

function fixed(code: string, options: StyleOptions = {}): string | undefined {
  return offered(code, { filename, ...options }).fix?.[1];
}

const twoQueries = `await client.query("insert 1");\nawait client.query("insert 2");\nclient.release();`;

describe("what is never offered", () => {
  it.each([
    ["handed over", inFunction(pg, "const client = await pool.connect();\nawait client.query('a');\nreturn client;")],
    [
      "in a case clause",
      inFunction(
        pg,
        `switch (x) {\n  case 1:\n    const client = await pool.connect();\n    ${twoQueries.replace(/\n/gu, "\n    ")}\n}`,
      ),
    ],
    [
      "a use that nobody waits for",
      inFunction(
        pg,
        `const client = await pool.connect();\nawait client.query("a");\nvoid client.query("b");\nclient.release();`,
      ),
    ],
    [
      "a use in a loop of callbacks",
      inFunction(
        pg,
        `const client = await pool.connect();\nawait client.query("b");\nx.forEach(async (y) => {\n  await client.query(y);\n});\nclient.release();`,
      ),
    ],
    [
      "closed at another time",
      inFunction(
        pg,
        `const client = await pool.connect();\nawait client.query("b");\nx.on("end", () => {\n  client.release();\n});`,
      ),
    ],
    [
      "two names",
      inFunction(
        pg,
        `let client = await pool.connect();\nawait client.query("a");\nclient.release();\nclient = await pool.connect();\nawait client.query("b");\nclient.release();`,
      ),
    ],
  ])("%s", (_, code) => expect(kinds(code)).toEqual([]));
});

describe("what is a suggestion only", () => {
  it.each([
    ["let", inFunction(pg, `let client = await pool.connect();\n${twoQueries}`), ["lease?"]],
    [
      "time passes after the last use",
      inFunction(pg, `const client = await pool.connect();\n${twoQueries}\nawait x.mail();`),
      ["leaseBlock?"],
    ],
    [
      "a catch sees the close fail",
      inFunction(
        mongodb,
        `const session = client.startSession();\nawait items.insertOne({}, { session });\ntry {\n  await items.insertOne({}, { session });\n  await session.endSession();\n} catch (error) {\n  x.log(error);\n  throw error;\n}`,
      ),
      ["using?"],
    ],
    [
      "another using follows",
      inFunction(
        pg,
        `const client = await pool.connect();\nawait client.query("a");\nawait using other = x.open();\nawait client.query("b");\nclient.release();`,
      ),
      ["lease?"],
    ],
  ])("%s", (_, code, expected) => expect(kinds(code)).toEqual(expected));
});

describe("which form", () => {
  const code = inFunction(pg, `const client = await pool.connect();\n${twoQueries}`);
  it("without the runtime: try/finally", () => expect(kinds(code, { runtime: false })).toEqual(["tryFinally"]));
  it("unknown versions are the oldest", () => {
    const mongo = inFunction(
      mongodb,
      "const session = client.startSession();\nawait items.insertOne({}, { session });\nawait session.endSession();",
    );
    expect(kinds(mongo)).toEqual(["using"]);
    expect(kinds(mongo, { filename: "file.ts" })).toEqual(["tryFinally", "callback?"]);
  });
  it("auto in an unknown place: try/finally", () => {
    expect(kinds(code, { scopeStyle: "auto", filename: "file.ts" })).toEqual(["tryFinally"]);
  });
  it("auto where the file has a using", () => {
    const other = `${code}async function g() {\n  await using y = make();\n}\ndeclare const make: any;\n`;
    expect(kinds(other, { scopeStyle: "auto", filename: "file.ts" })).toEqual(["lease"]);
  });
  it("never typeorm's disposal where a transaction is begun", () => {
    const body = `const runner = dataSource.createQueryRunner();\nawait runner.startTransaction();\ntry {\n  await runner.query("a");\n  await runner.commitTransaction();\n} catch (error) {\n  await runner.rollbackTransaction();\n  throw error;\n}\nawait runner.release();`;
    expect(kinds(inFunction(typeorm, body))).toEqual(["lease"]);
    expect(kinds(inFunction(typeorm, body), { runtime: false })).toEqual(["tryFinally"]);
  });
  it("in a function that is not async: none", () => {
    const body = `const runner = dataSource.createQueryRunner();\nreturn runner.query("a").then(() => runner.query("b"));`;
    expect(kinds(inFunction(typeorm, body, "function f(x: any) {"))).toEqual([]);
  });
});

describe("at the top level", () => {
  const code = `const { DataSource } = require("typeorm");\nconst dataSource = new DataSource({ type: "postgres" });\nconst runner = dataSource.createQueryRunner();\nrunner.query("a");\n`;
  it("of CommonJS: none", () => {
    expect(kinds(code, { filename: "file.js", parser: "espree", sourceType: "commonjs" })).toEqual([]);
  });
  it("of a module: as elsewhere", () => {
    const body = `const client = await pool.connect();\nawait client.query("insert 1");\nawait client.query("insert 2");\nclient.release();\n`;
    expect(kinds(pg + body, { filename: "file.ts" })).toEqual(["lease"]);
  });
});

describe("CommonJS", () => {
  const code = `const { Pool } = require("pg");\nconst pool = new Pool();\nasync function f() {\n  const client = await pool.connect();\n  await client.query("insert 1");\n  await client.query("insert 2");\n  client.release();\n}\n`;
  const options = { parser: "espree", sourceType: "commonjs" } as const;
  it("requires the runtime where every Node that may run it can", () => {
    const file = join(process.cwd(), "file.js");
    expect(fixed(code, { ...options, filename: file })).toBe(
      `const { Pool } = require("pg");\nconst { lease } = require("db-session");\nconst pool = new Pool();\nasync function f() {\n  await using client = await lease(pool);\n  await client.query("insert 1");\n  await client.query("insert 2");\n}\n`,
    );
  });
  it("else closes in finally", () => expect(kinds(code, { ...options, filename: "file.js" })).toEqual(["tryFinally"]));
});

describe("text", () => {
  it("keeps an awaited engine together", () => {
    const code = `${pg}async function find(): Promise<Pool> {\n  return pool;\n}\n${inFunction("", `const client = await (await find()).connect();\nconst { rows } = await client.query("select 1");\nclient.release();\nreturn rows;`)}`;
    const { fix, suggestions } = offered(code, { filename });
    expect(fix?.[1]).toContain("await using client = await lease(await find());");
    expect(suggestions[0]?.[1]).toContain('await (await find()).query("select 1")');
  });
  it("keeps the declared type", () => {
    expect(fixed(inFunction(pg, `const client: PoolClient = await pool.connect();\n${twoQueries}`))).toContain(
      "await using client: PoolClient & AsyncDisposable = await lease(pool);",
    );
  });
  it("takes a method's receiver", () => {
    const code = `import { Pool } from "pg";\nclass A {\n  constructor(private readonly pool: Pool) {}\n  async f() {\n    const client = await this.pool.connect();\n    await client.query("a");\n    await client.query("b");\n    client.release();\n  }\n}\n`;
    expect(fixed(code)).toContain("await using client = await lease(this.pool);");
  });
  it("keeps a release that destroys", () => {
    const body = `const client = await pool.connect();\nawait client.query("a");\ntry {\n  await client.query("b");\n  client.release();\n} catch (error) {\n  client.release(true);\n  throw error;\n}`;
    expect(fixed(inFunction(pg, body))).toBe(
      inFunction(
        `import { Pool, type PoolClient } from "pg";\nimport { lease } from "db-session";\nconst pool = new Pool();\n`,
        `await using client = await lease(pool);\nawait client.query("a");\ntry {\n  await client.query("b");\n} catch (error) {\n  client.release(true);\n  throw error;\n}`,
      ),
    );
  });
  it("keeps comments, templates, blank lines and tabs", () => {
    const body = `const client = await pool.connect(); // the one\n\n// first\nawait client.query(\`\n  select\n\`);\n\n/* then\n * this */\nawait client.query("b"); // second\nclient.release(); // back\nreturn 1;`;
    expect(fixed(inFunction(pg, body).replace(/^ {2}/gmu, "\t"), { scopeStyle: "try-finally" })).toBe(
      `${pg}async function f(x: any) {\n\tconst client = await pool.connect(); // the one\n\n\ttry {\n\t\t// first\n\t\tawait client.query(\`\n\t  select\n\t\`);\n\n\t\t/* then\n\t\t * this */\n\t\tawait client.query("b"); // second\n\t\t// back\n\t} finally {\n\t\tclient.release();\n\t}\n\treturn 1;\n}\n`,
    );
  });
  it("writes on one line what stands on one line", () => {
    const code = `${pg}async function f() { const client = await pool.connect(); await client.query("a"); await client.query("b"); client.release(); }\n`;
    expect(fixed(code, { scopeStyle: "try-finally" })).toBe(
      `${pg}async function f() { const client = await pool.connect(); try { await client.query("a"); await client.query("b"); } finally { client.release(); } }\n`,
    );
  });
  it("hoists what is used after the block", () => {
    const body = `const client = await pool.connect();\nconst { rows } = await client.query("a");\nconst more: any[] = await client.query("b").then((r) => r.rows);\nclient.release();\nawait x.mail(rows, more);\nreturn rows;`;
    expect(fixed(inFunction(pg, body), { scopeStyle: "try-finally" })).toBe(
      inFunction(
        pg,
        `const client = await pool.connect();\nlet rows;\nlet more: any[];\ntry {\n  ({ rows } = await client.query("a"));\n  more = await client.query("b").then((r) => r.rows);\n} finally {\n  client.release();\n}\nawait x.mail(rows, more);\nreturn rows;`,
      ),
    );
  });
  it("does not hoist what a function would see without a type", () => {
    const body = `const client = await pool.connect();\nconst rows = await client.query("a");\nawait client.query("b");\nclient.release();\nawait x.mail(() => rows);`;
    expect(kinds(inFunction(pg, body), { scopeStyle: "try-finally" })).toEqual([]);
  });
  it("joins a try that has no finally", () => {
    const body = `const client = await pool.connect();\ntry {\n  await client.query("a");\n  await client.query("b");\n  client.release();\n} catch (error) {\n  x.log(error);\n}`;
    expect(fixed(inFunction(pg, body), { scopeStyle: "try-finally" })).toBe(
      inFunction(
        pg,
        `const client = await pool.connect();\ntry {\n  await client.query("a");\n  await client.query("b");\n} catch (error) {\n  x.log(error);\n} finally {\n  client.release();\n}`,
      ),
    );
  });
  it("awaits what is returned", () => {
    expect(
      fixed(
        inFunction(
          pg,
          `const client = await pool.connect();\nawait client.query("a");\nreturn x ? client.query("b") : null;`,
        ),
      ),
    ).toContain(`return await (x ? client.query("b") : null);`);
  });
  it("understands members that are taken out", () => {
    const body = `const runner = dataSource.createQueryRunner();\nawait runner.connect();\nconst { manager } = runner;\nconst users = runner.manager.getRepository("User");\nawait manager.query("a");\nawait users.query("b");\nawait runner.release();`;
    expect(kinds(inFunction(typeorm, body))).toEqual(["using"]);
  });
  it("suggests the shortcut for a session that nobody can close", () => {
    const code = inFunction(pg, `return (await pool.connect()).query("select 1");`);
    const { suggestions, leak } = offered(code, { filename });
    expect(leak).toBe("discarded");
    expect(suggestions).toEqual([["shortcut", inFunction(pg, `return pool.query("select 1");`)]]);
  });
});

describe("names that go before the block", () => {
  const tryFinally = { scopeStyle: "try-finally" } as const;
  const bare = "import { Pool } from 'pg'\nconst pool = new Pool()\n";
  it("keeps destructuring apart from what stands before it, without semicolons", () => {
    const body = `const client = await pool.connect()\nconst name = String(x)\nconst [rows] = await client.query("a", name)\nconst { fields } = await client.query("b")\nclient.release()\nawait x.mail(rows, fields)`;
    expect(fixed(inFunction(bare, body), tryFinally)).toBe(
      inFunction(
        bare,
        `const client = await pool.connect()\nlet rows\nlet fields\ntry {\n  const name = String(x)\n  ;[rows] = await client.query("a", name)\n  ;({ fields } = await client.query("b"))\n} finally {\n  client.release()\n}\nawait x.mail(rows, fields)`,
      ),
    );
  });
  it("needs no semicolon after a block", () => {
    const body = `const client = await pool.connect();\nif (x) {\n  x.log();\n}\nconst [rows] = await client.query("a");\nclient.release();\nawait x.mail(rows);`;
    expect(fixed(inFunction(pg, body), tryFinally)).toContain(`  }\n    [rows] = await client.query("a");\n`);
  });
  it("writes the semicolon that a lone statement left out", () => {
    const body = `const client = await pool.connect();\nconst list = x.list()\nconst [rows] = await client.query("a", list);\nclient.release();\nawait x.mail(rows);`;
    expect(fixed(inFunction(pg, body), tryFinally)).toContain(`x.list()\n    ;[rows] = await`);
  });
  it("are none on one line", () => {
    const body = `const client = await pool.connect(); const { rows } = await client.query("a"); client.release(); await x.mail(rows);`;
    expect(kinds(inFunction(pg, body), tryFinally)).toEqual([]);
    expect(kinds(inFunction(pg, body))).toEqual(["lease?"]);
    const bareBody = `const client = await pool.connect(); const rows = await client.query("a"); client.release()\nawait x.mail(rows)`;
    expect(kinds(inFunction(bare, bareBody), tryFinally)).toEqual([]);
  });
  it("are found at the top level", () => {
    const body = `const client = await pool.connect();\nconst [rows] = await client.query("a");\nclient.release();\nawait mail(rows);\n`;
    expect(fixed(pg + body, { ...tryFinally, filename: "file.ts" })).toBe(
      `${pg}const client = await pool.connect();\nlet rows;\ntry {\n  [rows] = await client.query("a");\n} finally {\n  client.release();\n}\nawait mail(rows);\n`,
    );
    expect(offered(pg + body, { filename: "file.ts" }).suggestions[0]?.[1]).toContain(
      `let rows;\n{\n  await using client = await lease(pool);\n  [rows] = await client.query("a");\n}\nawait mail(rows);\n`,
    );
  });
  it("do not lose the literal that they are", () => {
    const body = `const client = await pool.connect();\nconst mode = "fast";\nawait client.query(mode);\nclient.release();\nawait x.mail(mode);`;
    expect(kinds(inFunction(pg, body), tryFinally)).toEqual(["shortcut?"]);
    expect(
      kinds(inFunction(`const { Pool } = require("pg");\nconst pool = new Pool();\n`, body, "async function f(x) {"), {
        ...tryFinally,
        filename: "file.js",
        parser: "espree",
        sourceType: "commonjs",
      }),
    ).toEqual(["tryFinally", "shortcut?"]);
  });
  it("carry their type into functions", () => {
    const body = `const client = await pool.connect();\nconst rows: any[] = await client.query("a").then((r) => r.rows);\nclient.release();\nawait x.mail(() => rows);`;
    expect(fixed(inFunction(pg, body), tryFinally)).toContain("let rows: any[];\n  try {");
    expect(kinds(inFunction(pg, body.replace(": any[]", "")), tryFinally)).toEqual([]);
    expect(kinds(inFunction(pg, body.replace(": any[]", "")))).toEqual(["lease?"]);
  });
});

it("does not write behind a comment that ends the line", () => {
  const body = `const client = await pool.connect(); await client.query("a"); await client.query("b"); // both`;
  expect(kinds(inFunction(pg, body), { scopeStyle: "try-finally" })).toEqual([]);
});

it("nests the rollback in the try", () => {
  const body = `const client = await pool.connect();\nawait client.query("begin");\nawait client.query("insert 1");\nawait client.query("commit");`;
  expect(offered(inFunction(pg, body), { filename, scopeStyle: "try-finally" }).suggestions).toEqual([
    [
      "tryRollback",
      inFunction(
        pg,
        `const client = await pool.connect();\ntry {\n  await client.query("begin");\n  try {\n    await client.query("insert 1");\n    await client.query("commit");\n  } catch (error) {\n    await client.query("ROLLBACK");\n    throw error;\n  }\n} finally {\n  client.release();\n}`,
      ),
    ],
  ]);
});

describe("another using among the session's uses", () => {
  const body = `const client = await pool.connect();\nawait using lock = await x.lock();\nawait client.query("a");\nawait client.query("b");\nclient.release();`;
  const tryFinally = { scopeStyle: "try-finally" } as const;
  it("does not end earlier in a try", () => {
    expect(kinds(inFunction(pg, `${body}\nawait x.mail();`), tryFinally)).toEqual([]);
    expect(kinds(inFunction(pg, `${body}\nreturn x.done;`), tryFinally)).toEqual([]);
    expect(kinds(inFunction(pg, body), tryFinally)).toEqual(["tryFinally?"]);
  });
  it("does not end earlier in a block", () => {
    expect(kinds(inFunction(pg, `${body}\nawait x.mail();`))).toEqual(["lease?"]);
  });
  it("moves with a try that has it already", () => {
    const joined = `const client = await pool.connect();\ntry {\n  await using lock = await x.lock();\n  await client.query("a");\n  client.release();\n} catch (error) {\n  x.log(error);\n}`;
    expect(kinds(inFunction(pg, joined), tryFinally)).toEqual(["tryFinally?"]);
  });
});

describe("what is returned without being awaited", () => {
  const returned = (expression: string) =>
    inFunction(pg, `const client = await pool.connect();\nawait client.query("a");\nreturn ${expression};`);
  it.each([
    `{ p: client.query("x") }`,
    `[client.query("x")]`,
    `x.keep({ p: client.query("x") })`,
    `x.list.map((y: any) => client.query(y))`,
    `x ? [client.query("x")] : null`,
    `{ p: Promise.all([client.query("x")]) }`,
    `Promise.all([{ p: client.query("x") }])`,
    `new x.Pending(client.query("x"))`,
    `x.first([client.query("x")])`,
  ])("in %s: nothing", (expression) => {
    expect(kinds(returned(expression))).toEqual([]);
    expect(kinds(returned(expression), { scopeStyle: "try-finally" })).toEqual([]);
  });
  it.each([
    `Promise.all([client.query("x"), client.query("y")])`,
    `Promise.all(x.list.map((y: any) => client.query(y)))`,
  ])("%s is awaited", (expression) => expect(fixed(returned(expression))).toContain(`return await ${expression};`));
  it("a session among a call's arguments is awaited", () => {
    const body = `const session = client.startSession();\nawait items.insertOne({}, { session });\nreturn items.insertOne({}, { session });`;
    expect(fixed(inFunction(mongodb, body))).toContain("return await items.insertOne({}, { session });");
  });
  it("what is awaited in it stays", () => {
    expect(fixed(returned(`{ p: await client.query("x") }`))).toContain(`return { p: await client.query("x") };`);
  });
});

describe("what follows the close", () => {
  const rest = (last: string, between = "client.release();\n") =>
    inFunction(
      pg,
      `const client = await pool.connect();\nconst { rows } = await client.query("a");\nawait client.query("b");\n${between}${last}`,
    );
  const mongo = (last: string, between = "await session.endSession();\n") =>
    inFunction(
      mongodb,
      `const session = client.startSession();\nconst rows = await items.find({}, { session });\nawait items.insertOne({}, { session });\n${between}${last}`,
    );
  const unsafe = [
    "process.exit(1);",
    'return pool.query("y");',
    "return pool.idleCount;",
    "return () => pool.end();",
    "x.on(() => ({ pool }));",
    'x.emit("done", rows);',
  ];
  it.each(unsafe)("%s: a suggestion", (last) => {
    expect(kinds(rest(last))).toEqual(["leaseBlock?"]);
    expect(kinds(rest(last, ""))).toEqual(["leaseBlock?"]);
  });
  it.each(["return rows.map(x);", "x.json(rows);", "return x.pool;", "return { pool: 1 };", "console.log(rows);"])(
    "%s: an autofix where the close takes no time",
    (last) => {
      expect(kinds(rest(last))).toEqual(["lease"]);
      expect(kinds(rest(last, ""))).toEqual(["lease"]);
    },
  );
  it.each(unsafe)("%s in the try: a suggestion", (last) => {
    const body = `const client = await pool.connect();\ntry {\n  const { rows } = await client.query("a");\n  await client.query("b");\n  client.release();\n  ${last}\n} catch (error) {\n  x.log(error);\n}`;
    expect(kinds(inFunction(pg, body), { scopeStyle: "try-finally" })).toEqual(["tryFinally?"]);
  });
  it.each([
    "const p = x.send(rows);\nx.json({});\nreturn p;",
    "return x.notify();",
    "return x`a`;",
    "return new x.Job();",
  ])("%s: a suggestion where the close is awaited", (last) => {
    expect(kinds(mongo(last))).toEqual(["usingBlock?"]);
    expect(kinds(mongo(last, ""))).toEqual(["usingBlock?"]);
  });
  it.each([
    "return rows;",
    "x.notify();",
    "console.log(rows);\nreturn rows.length;",
    "throw new TypeError(String(rows));",
  ])("%s: an autofix where the close is awaited", (last) => {
    expect(kinds(mongo(last))).toEqual(["using"]);
    expect(kinds(mongo(last, ""))).toEqual(["using"]);
  });
  it("stays behind the try of its own", () => {
    expect(kinds(mongo("return x.notify();"), { scopeStyle: "try-finally" })).toEqual(["tryFinally"]);
  });
  it("on a way out before the close counts too", () => {
    expect(kinds(mongo("return 1;", "if (x) {\n  return x.notify();\n}\nawait session.endSession();\n"))).toEqual([
      "usingBlock?",
    ]);
  });
});
