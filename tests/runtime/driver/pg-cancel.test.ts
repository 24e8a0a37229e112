import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isCancelRequest } from "../../support/pg-messages.js";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { failureOf, open } from "./connecting.js";
import { makeSelfSigned } from "./self-signed.js";
import { startWireTap, type WireTap } from "./wire.js";

let server: PostgresServer;
let directory: string;

beforeAll(async () => {
  server = await startPostgres();
  directory = await mkdtemp(path.join(tmpdir(), "db-session-driver-"));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await server.stop();
});

/** Cancels a statement through the tap, and looks at how that was asked for. */
async function expectCancelled(tap: WireTap, url: string): Promise<void> {
  const opened = await open(url);
  const { connection } = opened;
  const start = performance.now();
  const query = failureOf(connection.query("select pg_sleep(30)", [], { begin: "begin" }));
  await expect.poll(() => tap.connections[0]!.messages.some(({ type }) => type === "Q")).toBe(true);
  await connection.cancel();
  expect(tap.connections).toHaveLength(2);
  expect(tap.connections[1]!.messages.filter(isCancelRequest)).toHaveLength(1);
  expect(tap.connections[1]!.isSecure).toBe(tap.connections[0]!.isSecure);
  expect(await query).toMatchObject({ code: "57014" });
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(connection.status).toBe("failed");
  await expect.poll(() => tap.openCount).toBe(1);
  connection.terminate();
  await expect.poll(() => tap.openCount).toBe(0);
}

describe("cancel()", () => {
  it("asks on a second connection", async () => {
    await using tap = await startWireTap(server.url);
    await expectCancelled(tap, tap.url);
  });

  it("asks through the Unix socket that the connection uses", async () => {
    await using tap = await startWireTap(server.url, { directory });
    await expectCancelled(tap, tap.url);
  });

  it.each(["postgres", "direct"])(
    "asks under TLS, with the certificate checked, where the connection does: %s",
    async (negotiation) => {
      const secure = makeSelfSigned();
      const rootCertificate = path.join(directory, "root.pem");
      await writeFile(rootCertificate, secure.cert);
      await using tap = await startWireTap(server.url, { secure, isSecureFromStart: negotiation === "direct" });
      const parameters = new URLSearchParams({
        sslmode: "verify-full",
        sslrootcert: rootCertificate,
        sslnegotiation: negotiation,
      });
      await expectCancelled(tap, `${tap.url}?${parameters.toString()}`);
      expect(tap.connections[0]!.isSecure).toBe(true);
    },
  );

  it("asks nothing when no statement is under way", async () => {
    await using tap = await startWireTap(server.url);
    await using opened = await open(tap.url);
    await opened.connection.cancel();
    await opened.connection.close();
    await opened.connection.cancel();
    expect(tap.connections).toHaveLength(1);
  });

  it("hits no statement that comes after", async () => {
    await using tap = await startWireTap(server.url);
    tap.cancelDelayMillis = 150;
    await using opened = await open(tap.url);
    const { connection } = opened;
    const first = connection.query("select pg_sleep(0.02)");
    const cancelled = connection.cancel();
    expect((await first).rowCount).toBe(1);
    expect((await connection.query("select pg_sleep(0.3)")).rowCount).toBe(1);
    await cancelled;
    expect(tap.connections[1]!.messages.filter(isCancelRequest)).toHaveLength(1);
  });

  it("is over after a time when nobody answers", async () => {
    await using tap = await startWireTap(server.url);
    tap.cancelDelayMillis = Infinity;
    await using opened = await open(tap.url);
    const query = failureOf(opened.connection.query("select pg_sleep(30)"));
    const start = performance.now();
    await opened.connection.cancel();
    expect(performance.now() - start).toBeGreaterThan(1_000);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(opened.connection.status).toBe("busy");
    opened.connection.terminate();
    expect((await query).message).toContain("terminated");
    await expect.poll(() => tap.openCount).toBe(0);
  });

  it("is over at once when the server takes no more connections", async () => {
    await using tap = await startWireTap(server.url);
    await using opened = await open(tap.url);
    const query = opened.connection.query("select pg_sleep(1)");
    tap.refuse();
    const start = performance.now();
    await opened.connection.cancel();
    expect(performance.now() - start).toBeLessThan(900);
    expect((await query).rowCount).toBe(1);
  });
});

it("stops a statement at the URL's query_timeout, and settles when the server has stopped it", async () => {
  await using opened = await open(`${server.url}?query_timeout=100`);
  const { connection } = opened;
  const failure = await failureOf(connection.query("select pg_sleep(30)"));
  expect(failure.message).toBe("Query read timeout");
  expect(connection.status).toBe("idle");
  expect((await connection.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
});

it("settles at the URL's query_timeout what has not been sent yet", async () => {
  await using opened = await open(`${server.url}?query_timeout=100`);
  const { connection } = opened;
  const failures = await Promise.all([1, 2, 3].map(() => failureOf(connection.query("select pg_sleep(30)"))));
  for (const { message } of failures) expect(message).toBe("Query read timeout");
  await expect.poll(() => connection.status).toBe("idle");
});

it("takes the timer of query_timeout back when a query settles", async () => {
  await using opened = await open(`${server.url}?query_timeout=54321`);
  const started = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  for (const sql of ["select 1", "select 1/0"]) await opened.connection.query(sql).catch(() => {});
  const timers = started.mock.results.filter((_, index) => Number(started.mock.calls[index]?.[1]) === 54_321);
  expect(timers).toHaveLength(2);
  for (const { value } of timers) expect(cleared).toHaveBeenCalledWith(value);
  vi.restoreAllMocks();
});
