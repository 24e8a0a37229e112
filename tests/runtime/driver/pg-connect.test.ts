import dns from "node:dns";
import { getEventListeners } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { inspect } from "node:util";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createPgDriver } from "../../../runtime/src/driver/pg-driver.js";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { watchUnhandledRejections, type RejectionGuard } from "../../support/unhandled-rejections.js";
import { failureOf, open } from "./connecting.js";
import { errorResponse, message, startStubServer } from "./stub-server.js";

let server: PostgresServer;
let rejections: RejectionGuard;

beforeAll(async () => {
  server = await startPostgres();
  rejections = watchUnhandledRejections();
});
afterAll(async () => {
  await server.stop();
  rejections[Symbol.dispose]();
  expect(rejections.seen).toEqual([]);
});

const PASSWORD = "s3cret/of#everybody";

function urlWith(change: (url: URL) => void, base = server.url): string {
  const url = new URL(base);
  change(url);
  return url.href;
}

async function connectFailure(
  url: string,
  signal = AbortSignal.timeout(5_000),
): Promise<Error & Record<string, unknown>> {
  const deaths: unknown[] = [];
  const failure = await failureOf(createPgDriver(url).connect({ signal, onDeath: (error) => deaths.push(error) }));
  expect(deaths).toEqual([]);
  return failure;
}

/** Looks at all that a log could hold of the error. */
function expectNoSecret(error: unknown, secret: string): void {
  if (secret === "") return; // DATABASE_URL may have none
  const shown = inspect(error, { depth: 10, showHidden: true, maxStringLength: null });
  expect(shown).not.toContain(secret);
  expect(shown).not.toContain(encodeURIComponent(secret));
  expect(JSON.stringify(error)).not.toContain(secret);
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

describe("a failing connect says why, and no secret", () => {
  const password = encodeURIComponent(PASSWORD);
  it.each<[string, () => string | Promise<string>, object | RegExp]>([
    ["wrong password", () => urlWith((url) => (url.password = password)), { code: "28P01" }],
    ["no such user", () => urlWith((url) => Object.assign(url, { username: "nobody", password })), { code: "28P01" }],
    ["no such database", () => urlWith((url) => (url.pathname = "/missing_one")), { code: "3D000" }],
    [
      "no such setting",
      () => urlWith((url) => url.searchParams.set("options", "-c missing.one=1 -c nothing=1")),
      { code: "42704" },
    ],
    ["refused", async () => `postgresql://me:${password}@127.0.0.1:${await freePort()}/db`, { code: "ECONNREFUSED" }],
    ["no such host", () => `postgresql://me:${password}@no-such-host.invalid/db`, /no-such-host\.invalid/u],
    ["no such socket", () => `postgresql://me:${password}@/db?host=/no/such/directory`, { code: "ENOENT" }],
    [
      "no certificate file",
      () => urlWith((url) => url.searchParams.set("sslrootcert", "/no/such/file")),
      /\/no\/such\/file/u,
    ],
    ["no number as port", () => `postgresql://me:${password}@localhost:port/db`, /database URL/u],
    ["no URL", () => `postgresql://me:${password}@:/:/`, /database URL/u],
    ["a bare # in the password", () => `postgresql://me:${PASSWORD.replace("/", "")}@localhost/db`, /percent-encoded/u],
    ["a bare / in the password", () => "postgresql://localhost:5/s3cret/of#everybody@localhost/db", /percent-encoded/u],
    [
      "a bare / in a password that begins with a number",
      () => "postgresql://localhost:5432/s3cret@localhost/db",
      /percent-encoded/u,
    ],
    ["a bare ? in the password", () => "postgresql://localhost:5432?s3cret@localhost/db", /percent-encoded/u],
  ])("%s", async (_name, makeUrl, expected) => {
    const url = await makeUrl();
    const failure = await connectFailure(url);
    expect(failure).toBeInstanceOf(Error);
    if (expected instanceof RegExp) expect(failure.message).toMatch(expected);
    else expect(failure).toMatchObject(expected);
    expect(failure.message).not.toBe("");
    expectNoSecret(failure, PASSWORD);
    expectNoSecret(failure, "s3cret");
    expectNoSecret(failure, new URL(server.url).password);
  });

  it("of each address that a name has", async () => {
    const addresses = [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
    const port = await freePort();
    const lookup = vi
      .spyOn(dns, "lookup")
      .mockImplementation(((_host: unknown, _options: unknown, done: (...found: unknown[]) => void) =>
        done(null, addresses)) as never);
    try {
      const failure = await connectFailure(`postgresql://me:${password}@two-addresses.invalid:${port}/db`);
      expect(failure).toBeInstanceOf(AggregateError);
      for (const { address } of addresses) expect(failure.message).toContain(`${address}:${port}`);
      expectNoSecret(failure, "s3cret");
    } finally {
      lookup.mockRestore();
    }
  });

  it("and neither does the driver, its client, or what a query of its rejects with", async () => {
    const secret = new URL(server.url).password;
    const driver = createPgDriver(server.url);
    expectNoSecret(driver, secret);
    await using opened = await open(server.url);
    expect(inspect(opened.connection, { depth: 10 })).not.toContain(secret);
    expectNoSecret(await failureOf(opened.connection.query("select missing")), secret);
  });
});

describe("the URL", () => {
  const settingOf = async (url: string, name: string): Promise<unknown> => {
    await using opened = await open(url);
    return (await opened.connection.query(`select current_setting('${name}') as value`)).rows[0]?.value;
  };

  it.each([
    ["application_name", "one app", "application_name", "one app"],
    ["options", "-c work_mem=3MB", "work_mem", "3MB"],
    ["statement_timeout", "1234", "statement_timeout", "1234ms"],
    ["lock_timeout", "2000", "lock_timeout", "2s"],
  ])("gives %s to the server", async (parameter, value, setting, expected) => {
    const url = urlWith(({ searchParams }) => searchParams.set(parameter, value));
    expect(await settingOf(url, setting)).toBe(expected);
  });

  it("may hold special characters, percent-encoded", async () => {
    await using admin = await open(server.url);
    const name = "driver tést";
    const user = "driver/us#er?@:%";
    await admin.connection.query(`drop database if exists "${name}"`);
    await admin.connection.query(`drop role if exists "${user}"`);
    await admin.connection.query(`create role "${user}" login password '${PASSWORD}'`);
    await admin.connection.query(`create database "${name}"`);
    const { host } = new URL(server.url);
    const [encodedUser, encodedPassword, encodedName] = [user, PASSWORD, name].map(encodeURIComponent);
    const opened = await open(`postgresql://${encodedUser}:${encodedPassword}@${host}/${encodedName}`);
    expect((await opened.connection.query("select current_user as me, current_database() as here")).rows).toEqual([
      { me: user, here: name },
    ]);
    await opened.connection.close();
    await expect
      .poll(() =>
        admin.connection.query(`drop database "${name}"`).then(
          () => true,
          () => false,
        ),
      ) // prettier-ignore
      .toBe(true);
    await admin.connection.query(`drop role "${user}"`);
  });

  it("has no say in pool settings and in how the client works", async () => {
    const url = urlWith(({ searchParams }) => {
      for (const name of [
        "max",
        "min",
        "poolSize",
        "pipeline",
        "connectionTimeoutMillis",
        "idleTimeoutMillis",
        "binary",
      ])
        searchParams.set(name, "1");
    });
    await using opened = await open(url);
    const client = opened.connection.client as pg.Client & Record<string, unknown>;
    expect(client.pipeline).toBe(false);
    expect(client.binary).toBe(false);
    expect(client._connectionTimeoutMillis).toBe(0);
    expect((await opened.connection.query("select $1::int as a", [1])).rows).toEqual([{ a: 1 }]);
  });

  it("leaves to the environment what it does not say", async () => {
    const { username, password, hostname, port } = new URL(server.url);
    vi.stubEnv("PGPASSWORD", password);
    vi.stubEnv("PGHOST", hostname);
    vi.stubEnv("PGPORT", port);
    vi.stubEnv("PGAPPNAME", "from the environment");
    try {
      expect(await settingOf(`postgresql://${username}@/postgres`, "application_name")).toBe("from the environment");
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("an abort", () => {
  const reason = new Error("the caller has enough");

  it("before the connect leaves the network alone", async () => {
    await using stub = await startStubServer(() => expect.unreachable());
    expect(await connectFailure(stub.url, AbortSignal.abort(reason))).toBe(reason);
    expect(stub.openCount).toBe(0);
  });

  const silent: Parameters<typeof startStubServer>[0] = () => {};
  it.each<[string, Parameters<typeof startStubServer>[0], string]>([
    ["accepts and never answers", silent, ""],
    ["accepts and never answers, asked for TLS", silent, "?sslmode=verify-full"],
    ["promises TLS and says no more", (_, connection) => connection.send(Buffer.from("S")), "?sslmode=verify-full"],
    [
      "asks for the password and says no more",
      ({ type }, connection) => {
        if (type === "") connection.send(message("R", Buffer.from([0, 0, 0, 3])));
      },
      "",
    ],
    ["lets in, and is never ready", (_, connection) => connection.send(message("R", Buffer.alloc(4))), ""],
    ["has sent half a message", (_, connection) => connection.send(Buffer.from("R\0\0")), ""],
  ])("closes the socket at once where the server %s", async (_name, answer, parameters) => {
    await using stub = await startStubServer(answer);
    const controller = new AbortController();
    const failure = connectFailure(stub.url + parameters, controller.signal);
    await expect.poll(() => stub.openCount).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const start = performance.now();
    controller.abort(reason);
    expect(await failure).toBe(reason);
    expect(performance.now() - start).toBeLessThan(1_000);
    await expect.poll(() => stub.openCount).toBe(0);
    expectNoSecret(failure, stub.password);
  });

  it("at each moment of a connect leaves nothing open", async () => {
    await using admin = await open(server.url);
    const url = urlWith(({ searchParams }) => searchParams.set("application_name", "aborted"));
    let connected = 0;
    for (let delay = 0; delay < 40; delay++) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), delay / 2);
      const outcome = await createPgDriver(url)
        .connect({ signal: controller.signal, onDeath: () => expect.unreachable() })
        .catch((error: unknown) => error);
      if (outcome === reason) continue;
      connected += 1;
      await (outcome as Awaited<ReturnType<typeof open>>["connection"]).close();
    }
    expect(connected).toBeLessThan(40);
    await expect
      .poll(() => admin.connection.query("select from pg_stat_activity where application_name = 'aborted'"))
      .toMatchObject({ rowCount: 0 });
  });

  it("after the connect changes nothing, and the signal holds no listener", async () => {
    const controller = new AbortController();
    const connection = await createPgDriver(server.url).connect({ signal: controller.signal, onDeath() {} });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    controller.abort();
    expect((await connection.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
    await connection.close();
    await connectFailure(`postgresql://me@127.0.0.1:${await freePort()}/db`, controller.signal);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

it("says that the server has no TLS, and closes its socket", async () => {
  await using stub = await startStubServer((_, connection) => connection.send(Buffer.from("N")));
  const failure = await connectFailure(`${stub.url}?sslmode=verify-full`);
  expect(failure.message).toContain("SSL");
  expectNoSecret(failure, stub.password);
  await expect.poll(() => stub.openCount).toBe(0);
});

it("closes its socket when the server refuses and does not hang up", async () => {
  await using stub = await startStubServer((_, connection) =>
    connection.send(errorResponse("53300", "sorry, too many clients already")),
  );
  expect(await connectFailure(stub.url)).toMatchObject({ code: "53300" });
  await expect.poll(() => stub.openCount).toBe(0);
});
