/** Odd but valid syntax, each around a session of pg, so that the rules have to walk through it. */
const opened = "const client = await pool.connect();";

/** What ESLint's own parser reads too. */
export const javascript: readonly string[] = [
  "",
  ";",
  "#!/usr/bin/env node\n'use strict'",
  "// only a comment",
  `a: b: c: for (;;) { ${opened} for (const x of y) { if (x) continue a; else break c; } client.release(); }`,
  `switch (x) { default: { ${opened} } case 1: case 2: break; case f(): client?.release(); }`,
  `do { ${opened} try { break } finally { client.release() } } while (await more())`,
  `for await (const x of gen()) { ${opened} if (x) continue; client.release() }`,
  `for (const x in y) if (x) { ${opened} } else debugger;`,
  `for (let client = await pool.connect(); client; client = null) client.release()`,
  `for (let i = 0, client; i < 3; client = await pool.connect(), i++);`,
  `try { ${opened} } catch { throw 1 } finally { try { return_() } catch ({ message, ...rest }) { } finally { } }`,
  `function* g() { const client = yield* pool.connect(); try { yield client } finally { yield } }`,
  `async function* g() { ${opened} yield* [client]; await using x = client; yield (yield client).release() }`,
  `class A extends (await pool.connect()) { static { this.client = pool.connect(); } static async #make() { ${opened} return client } get x() { return super.x } set x(v) { super.x = v } [await pool.connect()]() {} static async *[Symbol.asyncIterator]() { ${opened} } 'quoted' = pool.connect(); 1 = 2; #p = async () => { ${opened} return #p in this }; constructor() { super(new.target) } }`,
  `const { a = await pool.connect(), b: { c = a, ...d } = {}, [await f()]: e, ...rest } = await pool.connect();`,
  `const [client = await pool.connect(), , [x], ...others] = await Promise.all([pool.connect(), pool.connect()]);`,
  `async function f(client = await_(), { release } = client, [query] = [], ...rest) { release?.(); query\`select \${client}\` }`,
  `async ({ client = pool.connect() } = {}) => (await client)?.release?.()`,
  `const c = (await pool.connect(), await pool.connect()); c.release()`,
  `const c = x ? await pool.connect() : y ?? (await pool.connect() || await pool.connect() && null); c?.release()`,
  `let c; c ??= await pool.connect(); c ||= null; c &&= c.release(); c **= 2; [c, c.x] = [c.x, c]; ({ c } = { c }); delete c?.x; void c; typeof c`,
  `const c = await (await import("pg")).default.Pool.prototype.connect.call(pool); import.meta.url; c.release()`,
  `tag\`a\${await pool.connect()}b\${\`nested \${await pool.connect()}\`}\``,
  `new (class { constructor() { return pool.connect() } })().then(async (client) => { await null; client.release() }).finally()`,
  `var client = await pool.connect(); var client = await pool.connect(); client.release(); { function client() {} }`,
  `{ using a = pool; await using b = await pool.connect(); using c = null, d = undefined; }`,
  `for (using a of as) { for await (await using b of bs) { ${opened} client.release() } }`,
  `export default await pool.connect(); export const client = await pool.connect(); export * as x from "pg"; export { client as "a b" };`,
  `label: { ${opened} if (client) break label; client.release() }`,
  `const o = { async *m() { ${opened} }, get client() { return pool.connect() }, [\`x\${1}\`]: pool, __proto__: null, async: 1, await_: 2, 'a-b'() {}, 1n: 2, ...pool };`,
  `(function () { arguments[0] = pool.connect(); return this }).call(pool), (() => { })(), !function () { }()`,
  `if (a) ; else if (b) { ${opened} client.release() } else throw await pool.connect()`,
  `while (true) { ${opened} if (client) { client.release(); break } }`,
  `const { connect } = pool, { connect: open = pool.connect } = pool; const client = await open(); client["release"](); client[\`re\${"lease"}\`]()`,
  `const \\u0063lient = await pool.connect(); client.release(); /[\\p{L}--[a-z]]/v.test(x); 1_000n ** 2n; "\\u{1F600}"; a\u2028b`,
  `async () => { try { return await pool.connect() } finally { return } }`,
  `pool.connect((error, client, done) => { if (error) return done(error); client.query("x", (e, r) => { done(e) }) })`,
  `export { pool as default } from "./pool.js"; import x, * as y from "pg"; import z from "./z.json" with { type: "json" };`,
];

/** What only a TypeScript parser reads. */
export const typescript: readonly string[] = [
  `enum E { A = 1, B = A << 1, C = "x".length } const enum F { } declare enum G { H }`,
  `namespace N.M { export const client = await_(pool.connect()); namespace Inner { ${"export const x = pool.connect();"} } } declare module "x" { export = y } declare global { var z: number }`,
  `abstract class A<in out T, const U extends unknown[] = []> { abstract x: T; declare y: U; accessor z = pool.connect(); static override readonly w?: string; constructor(private readonly pool: Pool, public client!: unknown) { } private async m(this: A<T, U>): Promise<void> { const client = await this.pool.connect(); } [key: string]: any }`.replace(
    "client!: unknown",
    "client: unknown",
  ),
  `@decorate({ client: await_ }) class A { @field() client = pool.connect(); @method async m(@param() p: Pool) { const client = await p.connect(); client.release() } @get get x() { return 1 } }`,
  `const client = (await pool.connect()) as unknown as PoolClient; (client satisfies PoolClient)!.release!();`,
  `const client = <PoolClient>await pool.connect(); (<any>client).release()`,
  `function f(client: PoolClient): asserts client is PoolClient; function f(client: unknown): client is PoolClient; function f(client: any): any { client.release() }`,
  `type T<K extends keyof any> = { readonly [P in K as \`get\${Capitalize<string & P>}\`]-?: (this: Pool, ...args: [a?: 1, ...b: 2[]]) => infer_ }; type U = T extends (infer R extends string)[] ? R : never; type infer_ = typeof import("pg", { with: { "resolution-mode": "import" } });`,
  `import pg = require("pg"); import P = pg.Pool; export import Q = pg.Pool; export = pool;`,
  `import type { Pool } from "pg"; import { type Client, Pool as P } from "pg"; export type { Pool }; export type * from "pg";`,
  `let x: unique symbol, y: abstract new () => object, z!: number; const f = g<string>; new Map<string, Pool>; f<T>\`x\``,
  `const client: Awaited<ReturnType<typeof pool.connect>> | undefined = await pool.connect(); client!.release(); client?.query!("x")`,
  `declare const pool: Pool; declare function open(): Promise<PoolClient>; declare class C { m(): void } export as namespace lib;`,
  `class A { #client?: PoolClient; private client: PoolClient | null = null; async open() { this.#client = await pool.connect(); this.client ??= await pool.connect(); } [Symbol.dispose]() { } }`,
  `interface Pool<T = any> extends Base, Other<T> { new (): Pool; (): void; readonly [i: number]: T; get x(): T; set x(v: T); connect?(): Promise<T> }`,
  `for (const client of [await pool.connect()] as const) { using x = client as Disposable; }`,
];

/** With JSX. */
export const jsx: readonly string[] = [
  `export default async () => { ${opened} return <Page {...client} on={async () => { ${opened} client.release() }} a:b="c">{/* none */}{...[client]}<a.b.c/><>&nbsp;{client}</></Page> }`,
  `function C() { const ref = <T,>(x: T) => <div key={x as string}>{pool.connect()}</div>; return ref }`,
];

/** Put before each sample: \`pool\` is shown to be a pg Pool. */
export const preamble = 'import { Pool, type PoolClient } from "pg"; const pool = new Pool();\n';
export const javascriptPreamble = 'import { Pool } from "pg"; const pool = new Pool();\n';
