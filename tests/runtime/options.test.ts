import { expect, it } from "vitest";
import {
  AssertionPool,
  asyncSessionmaker,
  createAsyncEngine,
  NullPool,
  QueuePool,
  StaticPool,
  type AsyncEngineOptions,
} from "../../runtime/src/index.js";
import { createFakeDriver } from "../../runtime/src/testing/index.js";

const URL_OF_NOBODY = "postgresql://user:s3cret@127.0.0.1:1/none";

function failure(make: () => unknown): Error {
  try {
    make();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It was accepted.");
}
const refusal = (options: object): Error => failure(() => createAsyncEngine(URL_OF_NOBODY, options));

it.each([
  // SQLAlchemy's, seconds made milliseconds
  [{ pool_size: 20 }, "poolSize: 20"],
  [{ max_overflow: 5 }, "maxOverflow: 5"],
  [{ max_overflow: -1 }, "maxOverflow: Infinity"],
  [{ pool_timeout: 30 }, "poolTimeoutMillis: 30000"],
  [{ pool_recycle: 3_600 }, "poolRecycleMillis: 3600000"],
  [{ pool_recycle: -1 }, "poolRecycleMillis: Infinity"],
  [{ pool_pre_ping: true }, "poolPrePing"],
  [{ pool_use_lifo: true }, "poolUseLifo"],
  [{ pool_reset_on_return: "commit" }, "poolResetOnReturn"],
  [{ poolclass: NullPool }, "poolClass"],
  [{ hide_parameters: true }, "hideParameters"],
  [{ echo_pool: true }, "echo"],
  // pg's
  [{ max: 20 }, "poolSize: 20, with maxOverflow: 0"],
  [{ min: 2 }, "minIdle: 2"],
  [{ connectionTimeoutMillis: 2_000 }, "poolTimeoutMillis: 2000"],
  [{ maxLifetimeSeconds: 60 }, "poolRecycleMillis: 60000"],
  [{ connectionString: "postgresql://user:s3cret@host/db" }, "url"],
  // a time without its unit, or with another
  [{ poolTimeout: 30 }, "poolTimeoutMillis: 30000"],
  [{ poolTimeout: 30_000 }, "poolTimeoutMillis: 30000"],
  [{ idleTimeout: 10 }, "idleTimeoutMillis: 10000"],
  [{ poolTimeoutMs: 500 }, "poolTimeoutMillis: 500"],
  [{ poolRecycleSeconds: 60 }, "poolRecycleMillis: 60000"],
  [{ leakWarningMinutes: 2 }, "leakWarningMillis: 120000"],
  // slips
  [{ poolsize: 3 }, "poolSize: 3"],
  [{ maxOverflwo: 3 }, "maxOverflow: 3"],
  [{ pollTimeoutMillis: 3 }, "poolTimeoutMillis: 3"],
  [{ loger: console }, "logger"],
])("names the option that was meant by %o", (options, likely) => {
  const error = refusal(options);
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toContain(`Unknown option ${Object.keys(options)[0]}: did you mean ${likely}?`);
  expect(error.message).not.toContain("s3cret");
});

it("lists the options when it has no idea, and sends parts of the URL there", () => {
  expect(refusal({ colour: "s3cret" }).message).toMatch(/^Unknown option colour\. Known are poolSize, .*driver\.$/);
  expect(refusal({ password: "s3cret" }).message).toBe("Unknown option password: it is a part of the URL.");
});

it.each([
  [{ poolSize: 0 }, "poolSize is 0; write a whole number from 1, or Infinity for no limit (default: 5)."],
  [{ poolSize: -1 }, "or Infinity for no limit"],
  [{ poolSize: 1.5 }, "poolSize is 1.5"],
  [{ poolSize: null }, "poolSize is null"],
  [{ poolSize: "10" }, 'poolSize is the string "10"; write a whole number'],
  [{ poolSize: "" }, "poolSize is an empty string"],
  [{ poolSize: "" }, "An environment variable may be empty"],
  [{ poolSize: "s3cret" }, "poolSize is a string;"],
  [{ poolSize: {} }, "poolSize is an object"],
  [{ poolSize: 10n }, "poolSize is a bigint"],
  [{ maxOverflow: NaN }, "NaN is what an environment variable gives that is empty, not set, or not a number"],
  [{ maxOverflow: -Infinity }, "maxOverflow is -Infinity"],
  [{ poolTimeoutMillis: 0 }, "poolTimeoutMillis is 0; write a whole number of milliseconds from 1"],
  [{ poolRecycleMillis: -1 }, "poolRecycleMillis is -1"],
  [{ idleTimeoutMillis: 0 }, "or Infinity for no limit (default: Infinity)"],
  [{ minIdle: -1 }, "minIdle is -1"],
  [{ minIdle: Infinity, poolSize: Infinity }, "minIdle is Infinity; write a whole number from 0 (default: 0)."],
  [{ pingAfterMillis: -1 }, "pingAfterMillis is -1"],
  [{ maxWaiting: -1 }, "maxWaiting is -1"],
  [{ maxConnecting: 0 }, "maxConnecting is 0"],
  [{ leakWarningMillis: 0 }, "leakWarningMillis is 0"],
  [{ closeTimeoutMillis: 0 }, "closeTimeoutMillis is 0"],
  [{ drainMillis: -1 }, "drainMillis is -1"],
  [{ poolPrePing: 1 }, "poolPrePing is 1; write true or false (default: false)."],
  [{ poolUseLifo: "true" }, "poolUseLifo is a string; write true or false"],
  [{ echo: null }, "echo is null; write true or false"],
  [{ hideParameters: 0 }, "hideParameters is 0"],
  [{ poolResetOnReturn: true }, 'poolResetOnReturn is true; write "rollback" or "commit" or false'],
  [{ minIdle: 6 }, "minIdle is 6, and poolSize only 5"],
])("refuses %o and says what to write", (options, message) => {
  const error = refusal(options);
  expect(error).toBeInstanceOf(RangeError);
  expect(error.message).toContain(message);
  expect(error.message).not.toContain("s3cret");
});

it.each([
  [{ poolClass: NullPool, poolSize: 5 }, "NullPool has no option poolSize: leave it out, or use QueuePool."],
  [{ poolClass: NullPool, poolPrePing: false }, "NullPool has no option poolPrePing"],
  [{ poolClass: StaticPool, maxOverflow: 0 }, "StaticPool has no option maxOverflow"],
  [{ poolClass: AssertionPool, idleTimeoutMillis: 1 }, "AssertionPool has no option idleTimeoutMillis"],
  [{ poolClass: { name: "NullPool" } }, "poolClass must be one of the exports QueuePool, NullPool"],
  [{ poolClass: null }, "poolClass must be one of the exports"],
  [{ driver: {} }, "driver must be a Driver, which has a method connect()"],
  [{ driver: null }, "driver must be a Driver"],
  [{ logger: { log() {} } }, "logger must be an object with debug, info, warn and error"],
])("refuses the combination or object %#", (options, message) => {
  const error = refusal(options);
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toContain(message);
});

it("takes every option at its limits, and undefined for the default", () => {
  const options: AsyncEngineOptions[] = [
    {},
    { poolSize: Infinity, maxOverflow: Infinity, minIdle: 100, maxWaiting: 0, drainMillis: 0, pingAfterMillis: 0 },
    { poolTimeoutMillis: Infinity, leakWarningMillis: 2 ** 40, closeTimeoutMillis: 1, maxConnecting: Infinity },
    { poolResetOnReturn: false, echo: true, logger: console, hideParameters: true, poolClass: QueuePool },
    { poolClass: NullPool, poolTimeoutMillis: 5, maxConnecting: 1 },
    { poolClass: StaticPool, poolPrePing: true },
  ];
  for (const each of options) createAsyncEngine(URL_OF_NOBODY, each);
  const unset: Record<string, undefined> = {
    poolSize: undefined,
    echo: undefined,
    poolClass: undefined,
    driver: undefined,
  };
  expect(createAsyncEngine(URL_OF_NOBODY, unset as AsyncEngineOptions).pool.status().size).toBe(5);
});

it("wants a PostgreSQL URL in either form of call, and never shows it", () => {
  const calls = createAsyncEngine as unknown as (...args: unknown[]) => unknown;
  for (const args of [[undefined], [{ url: undefined }], [{}], [""], [null], []]) {
    expect(failure(() => calls(...args)).message).toMatch(/^The database URL is missing: pass postgresql:/);
  }
  expect(failure(() => calls("mysql://user:s3cret@host/db")).message).toBe(
    "The database URL must begin with postgresql:// or postgres:// and not with mysql://; for another database pass the option driver.",
  );
  expect(failure(() => calls("user:s3cret@host/db")).message).not.toContain("s3cret");
  expect(failure(() => calls({ url: new URL(URL_OF_NOBODY) })).message).toContain("pass url.href");
  expect(failure(() => calls({ url: 7 })).message).toContain("must be a string");
  createAsyncEngine("postgres://host/db");
  createAsyncEngine({ url: "PostgreSQL://host/db", poolSize: 1 });
});

it("needs no URL with a driver, and connects at the first use only", async () => {
  const driver = createFakeDriver();
  await using engine = createAsyncEngine({ driver, poolSize: 1 });
  expect(driver.connectAttempts).toBe(0);
  await engine.query("select 1");
  expect(driver.connectAttempts).toBe(1);
});

it("has poolClass.NullPool keep nothing", async () => {
  const driver = createFakeDriver();
  await using engine = createAsyncEngine({ driver, poolClass: NullPool });
  await engine.query("select 1");
  await engine.query("select 1");
  expect(driver.connectAttempts).toBe(2);
  expect(() => engine.pool.resize({ poolSize: 1 })).toThrow("NullPool has no size.");
});

it("checks the limits of a resize and the time of a drain as it does the options", async () => {
  await using engine = createAsyncEngine({ driver: createFakeDriver(), minIdle: 2 });
  const resize = (limits: object): Error => failure(() => engine.pool.resize(limits));
  expect(resize({ poolSize: 0 }).message).toContain("poolSize is 0; write a whole number from 1");
  expect(resize({ maxOverflow: "1" })).toBeInstanceOf(RangeError);
  expect(resize({ poolSize: 1 }).message).toContain("minIdle is 2, and poolSize only 1");
  expect(resize({ pool_size: 1 }).message).toContain("did you mean poolSize: 1?");
  await expect(engine.dispose({ drainMillis: NaN })).rejects.toThrow("drainMillis is NaN");
});

it("checks what transactions begin with", async () => {
  await using engine = createAsyncEngine({ driver: createFakeDriver() });
  const maker = asyncSessionmaker as unknown as (...args: unknown[]) => unknown;
  expect(failure(() => maker(engine, { isolationLevel: "snapshot" })).message).toContain(
    "isolationLevel is a string; write",
  );
  expect(failure(() => maker(engine, { isolation_level: "serializable" })).message).toContain(
    "did you mean isolationLevel?",
  );
  expect(failure(() => maker({ connect() {} })).message).toContain("createAsyncEngine()");
  await using connection = await engine.connect();
  await expect(connection.begin({ readOnly: 1 } as never)).rejects.toThrow("readOnly is 1; write true or false");
  expect(connection.inTransaction()).toBe(false);
});
