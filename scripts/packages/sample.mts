// What a user of db-session writes. Type-checked by several versions of TypeScript, and run on several of Node.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import {
  asyncSessionmaker,
  createAsyncEngine,
  DbSessionError,
  lease,
  withSession,
  type AsyncEngine,
  type AsyncEngineOptions,
  type AsyncSession,
  type DbSessionErrorCode,
  type PoolStatus,
  type QueryResult,
} from "db-session";
import { FakeDriver, VirtualClock } from "db-session/testing";

const url = process.env.DATABASE_URL;
assert(url);

async function failureOf(work: () => Promise<unknown> | unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error("It was expected to fail.");
}

async function useSessions(): Promise<void> {
  const options: AsyncEngineOptions = { poolSize: 2, maxOverflow: 0, poolTimeoutMillis: 5_000 };
  await using engine = createAsyncEngine(url, options);
  await engine.query("drop table if exists packages_sample");
  await engine.query("create table packages_sample (item text)");
  const openSession = asyncSessionmaker(engine, { isolationLevel: "serializable" });
  {
    await using session: AsyncSession = openSession();
    const inserted: QueryResult = await session.query("insert into packages_sample values ($1)", ["tea"]);
    assert.equal(inserted.rowCount, 1);
    await session.commit();
    await session.sql`insert into packages_sample values (${"never committed"})`;
  }
  const items = await withSession(openSession, async (session) => {
    const { rows } = await session.query<{ item: string }>("select item from packages_sample");
    return rows.map((row) => row.item.toUpperCase());
  });
  assert.deepEqual(items, ["TEA"]);
  // Options are handed on as they came, also where the compiler tells a missing one from an undefined one.
  const given: { signal?: AbortSignal; poolSize?: number } = {};
  await engine.query("select 1", [], { signal: given.signal, timeoutMillis: undefined });
  engine.pool.resize({ poolSize: given.poolSize });
  const status: PoolStatus = engine.pool.status();
  assert.equal(status.inUse, 0);
  await engine.query("drop table packages_sample");
}

async function useLease(): Promise<void> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  {
    await using client = await lease(pool);
    await client.query("begin");
    const { rows } = await client.query<{ n: number }>("select 1 as n");
    const n: number | undefined = rows[0]?.n;
    assert.equal(n, 1);
    // @ts-expect-error It is pg's own client, and nothing else.
    assert.equal(client.noSuchMethod, undefined);
  }
  const { rows } = await pool.query("select now() = statement_timestamp() as is_outside");
  assert.equal(rows[0].is_outside, true);
  await pool.end();
}

async function useFakeDriver(): Promise<void> {
  const driver = new FakeDriver({ clock: new VirtualClock() });
  driver.respond("select 1", [{ n: 1 }]);
  await using engine: AsyncEngine = createAsyncEngine("postgresql://nobody@nowhere/db", { driver });
  assert.deepEqual((await engine.query("select 1")).rows, [{ n: 1 }]);
}

async function meetErrors(): Promise<void> {
  // @ts-expect-error The option's name has its unit.
  const unknownOption = await failureOf(() => createAsyncEngine(url, { poolTimeout: 30 }));
  assert.match(unknownOption.message, /poolTimeoutMillis/);

  const secret = "s3cret-of-the-sample";
  const firstUse = async (change: (url: URL) => string): Promise<Error> => {
    await using engine = createAsyncEngine(change(new URL(url!)));
    const failure = await failureOf(() => engine.query("select 1"));
    assert(failure instanceof DbSessionError);
    const code: DbSessionErrorCode = failure.code;
    assert.equal(code, "ERR_DB_SESSION_CONNECT_FAILED");
    const shown = inspect(failure, { depth: 10 });
    assert(!shown.includes(secret) && !shown.includes(new URL(url!).password), "a secret in an error");
    return failure.cause as Error;
  };
  const wrongUrl = await firstUse(() => `postgresql://somebody:${secret}@127.0.0.1:no-port/db`);
  assert.match(wrongUrl.message, /URL/);
  const wrongPassword = await firstUse((wrong) => Object.assign(wrong, { password: secret }).href);
  assert.equal((wrongPassword as Error & { code: unknown }).code, "28P01");
  const noDatabase = await firstUse((wrong) => Object.assign(wrong, { pathname: "/no_such_database" }).href);
  assert.equal((noDatabase as Error & { code: unknown }).code, "3D000");
}

async function missPg(): Promise<void> {
  await using engine = createAsyncEngine(url);
  const failure = await failureOf(() => engine.query("select 1"));
  assert(failure instanceof DbSessionError);
  assert.equal(failure.code, "ERR_DB_SESSION_DRIVER_MISSING");
  assert.match(failure.message, /npm install pg/);
}

await useFakeDriver();
if (process.argv[2] === "without-pg") {
  await missPg();
} else {
  await useSessions();
  await useLease();
  await meetErrors();
}
