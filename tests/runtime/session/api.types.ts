// Checked by `tsc -p tests/runtime`; never run.
import type { PoolClient } from "pg";
import {
  asyncSessionmaker,
  createAsyncEngine,
  createSessionScope,
  withSession,
  type AsyncConnection,
  type AsyncEngine,
  type AsyncSession,
  type Driver,
  type NestedTransaction,
  type QueryResult,
} from "../../../runtime/src/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<Expected>(): <Actual>(
  value: Actual,
  ...same: Equal<Actual, Expected> extends true ? [] : [never]
) => void {
  return () => {};
}

declare const driver: Driver;
declare const url: string | undefined;
interface Order {
  id: number;
}

const engine = createAsyncEngine(url, { poolSize: 10, poolTimeoutMillis: Infinity });
expectType<AsyncEngine>()(engine);
expectType<AsyncEngine>()(createAsyncEngine({ url, maxOverflow: 0 }));
expectType<AsyncEngine>()(createAsyncEngine({ driver }));
expectType<AsyncEngine>()(createAsyncEngine(undefined, { driver }));
// @ts-expect-error neither a URL nor a driver
createAsyncEngine({ poolSize: 1 });
// @ts-expect-error no such option
createAsyncEngine(url, { pool_size: 1 });
// @ts-expect-error a string is no number
createAsyncEngine(url, { poolSize: "1" });
// @ts-expect-error no such way to reset
createAsyncEngine(url, { poolResetOnReturn: true });

expectType<Promise<QueryResult<Order>>>()(engine.query<Order>("select 1", [1], { timeoutMillis: 5 }));
expectType<Promise<QueryResult<Record<string, unknown>>>>()(engine.query("select 1"));
expectType<Promise<AsyncConnection>>()(engine.connect({ signal: AbortSignal.abort() }));
expectType<Promise<number>>()(
  engine.begin(() => Promise.resolve(1), { isolationLevel: "serializable", readOnly: true }),
);
// @ts-expect-error no such level
void engine.begin(() => Promise.resolve(1), { isolationLevel: "snapshot" });
engine.on("checkout", async ({ connection }) => void (await connection.query("select 1")));
engine.on("leak", ({ holder }) => expectType<string>()(holder.stack));
// @ts-expect-error no such event
engine.on("acquire", () => {});
// @ts-expect-error only leaks have a holder
engine.on("close", ({ holder }) => holder);

const openSession = asyncSessionmaker(engine, { readOnly: true });
const session = openSession();
expectType<AsyncSession>()(session);
expectType<Promise<QueryResult<Order>>>()(session.sql<Order>`select ${1}`);
// @ts-expect-error a text is no template
void session.sql("select 1");
expectType<Promise<void>>()(session.begin());
expectType<Promise<string>>()(session.begin((same) => same.query("select 1").then(({ command }) => command)));
expectType<Promise<NestedTransaction>>()(session.beginNested());
expectType<Promise<number>>()(session.beginNested(() => Promise.resolve(1)));
expectType<Promise<PoolClient>>()(session.connection<PoolClient>());
expectType<Promise<unknown>>()(session.connection());
expectType<Promise<number>>()(openSession.begin(() => Promise.resolve(1)));
expectType<Promise<number>>()(withSession(openSession, () => Promise.resolve(1)));

const scope = createSessionScope(openSession);
expectType<Promise<number>>()(scope.run(() => 1));
expectType<Promise<number>>()(scope.run(() => Promise.resolve(1)));
expectType<AsyncSession>()(scope.current());

export async function scopes(): Promise<void> {
  await using opened = openSession();
  await using connection = await engine.connect();
  await using nested = await opened.beginNested();
  await using disposed = createAsyncEngine(url);
  void [connection, nested, disposed];
}
