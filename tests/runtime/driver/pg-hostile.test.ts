import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPgDriver } from "../../../runtime/src/driver/pg-driver.js";
import { watchUnhandledRejections, type RejectionGuard } from "../../support/unhandled-rejections.js";
import { failureOf, open } from "./connecting.js";
import {
  afterStartup,
  authenticated,
  errorResponse,
  message,
  ready,
  startStubServer,
  type StubConnection,
  type StubServer,
} from "./stub-server.js";

let rejections: RejectionGuard;
beforeAll(() => {
  rejections = watchUnhandledRejections();
});
afterAll(() => {
  rejections[Symbol.dispose]();
  expect(rejections.seen).toEqual([]);
});

const int16 = (value: number): Buffer => Buffer.from([(value >> 8) & 255, value & 255]);

/** None is what a PostgreSQL server sends; pg's own reader throws at some, and never comes back from others. */
const GARBAGE: [name: string, bytes: Buffer][] = [
  ["a web server's answer", Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")],
  ["a MySQL server's greeting", Buffer.from("J\0\0\0\n8.0.36\0", "latin1")],
  ["an SSH server's greeting", Buffer.from("SSH-2.0-OpenSSH_9.6\r\n")],
  ["an error of the protocol before 3", Buffer.from("EFATAL:  unsupported frontend protocol\n\0")],
  ["an error without an end", message("E", "SERROR\0Moh")],
  ["an error whose last field has no end", message("E", "SERROR\0Moh\0")],
  ["an empty error", message("E")],
  ["a notice without an end", message("N", "x")],
  ["a length below the least", Buffer.from("R\0\0\0\x01")],
  ["a length of 4 GB", Buffer.from([0x52, 0xff, 0xff, 0xff, 0xff])],
  ["a login method that nobody knows", message("R", Buffer.from([0, 0, 0, 99]))],
  ["a login message that is cut", message("R", "\0")],
  ["a row before the login", message("D", int16(1))],
];

const GARBAGE_LATER: [name: string, bytes: Buffer][] = [
  ["a row that is cut", message("D", int16(2))],
  ["a row of less than no columns", message("D", int16(-1))],
  ["a row nobody announced", message("D", int16(1), Buffer.from([0, 0, 0, 1]), "x")],
  ["a row description that is cut", message("T", int16(7), "a")],
  ["a copy of columns that are cut", message("G", "\0", int16(300))],
  ["a message of an unknown kind", message("?", "what")],
  ["a message of an unknown kind, cut", Buffer.from("?")],
  ["an error without an end", message("E", "SERROR\0Moh")],
  ["an error without an end, in pieces", message("E", `SERROR\0M${"x".repeat(100_000)}`)],
];

async function sendByByte(connection: StubConnection, bytes: Buffer): Promise<void> {
  for (let index = 0; index < bytes.length; index++) {
    connection.send(bytes.subarray(index, index + 1));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function failureToConnect(stub: StubServer): Promise<Error> {
  return failureOf(
    createPgDriver(stub.url).connect({ signal: AbortSignal.timeout(5_000), onDeath: () => expect.unreachable() }),
  );
}

describe("while connecting", () => {
  it.each(GARBAGE)("a server that sends %s fails the connect at once", async (_name, bytes) => {
    await using stub = await startStubServer((_, connection) => connection.send(bytes));
    const failure = await failureToConnect(stub);
    expect(failure.message).toMatch(/server|authentication|range|unexpected/iu);
    expect(failure.name).not.toBe("TimeoutError");
    await expect.poll(() => stub.openCount).toBe(0);
  });

  it.each(GARBAGE)("and fails it behind the login, too: %s", async (name, bytes) => {
    await using stub = await startStubServer(({ type }, connection) => {
      if (type === "") connection.send(authenticated, bytes);
    });
    const failure = await failureToConnect(stub);
    expect(failure.message, name).not.toBe("");
    await expect.poll(() => stub.openCount).toBe(0);
  });

  it.each([
    ["closes", (connection: { end(): void }) => connection.end()],
    ["resets", (connection: { reset(): void }) => connection.reset()],
  ])("a server that %s fails the connect at once", async (_name, act) => {
    await using stub = await startStubServer((_, connection) => act(connection));
    const failure = await failureToConnect(stub);
    expect(failure.message).toMatch(/terminated|ECONNRESET/u);
  });

  it("a server that lets in and dies in the same breath fails the connect", async () => {
    await using stub = await startStubServer((_, connection) =>
      connection.send(authenticated, ready, errorResponse("57P01", "going down")),
    );
    expect(await failureToConnect(stub)).toMatchObject({ code: "57P01" });
    await expect.poll(() => stub.openCount).toBe(0);
  });
});

describe("under a query", () => {
  it.each([...GARBAGE, ...GARBAGE_LATER])(
    "%s ends the query and the connection, or is waited for",
    async (_name, bytes) => {
      await using stub = await startStubServer(
        afterStartup(({ type }, connection) => {
          if (type === "Q") connection.send(bytes);
        }),
      );
      await using opened = await open(stub.url);
      const query = failureOf(opened.connection.query("select 1"));
      await new Promise((resolve) => setTimeout(resolve, 10));
      // What looks like the beginning of a message is one, as long as the rest may come.
      if (opened.connection.status !== "dead") {
        expect(opened.connection.status).toBe("busy");
        opened.connection.terminate();
        expect(opened.deaths).toEqual([]);
      } else expect(opened.deaths).toHaveLength(1);
      expect((await query).message).not.toBe("");
      await opened.connection.close();
      await expect.poll(() => stub.openCount).toBe(0);
    },
  );

  it("messages that come byte by byte are read, and what is none behind them ends the connection", async () => {
    const column = message(
      "T",
      int16(1),
      "a\0",
      Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 23, 0, 4, 255, 255, 255, 255, 0, 0]),
    );
    const row = message("D", int16(1), Buffer.from([0, 0, 0, 1]), "7");
    const notice = message("N", "SNOTICE\0Mhello\0\0");
    const answers = [
      [column, row, notice, message("C", "SELECT 1\0"), ready],
      [column, message("E", "SERROR\0Moh\0")],
    ];
    await using stub = await startStubServer(
      afterStartup(({ type }, connection) => {
        if (type === "Q") void sendByByte(connection, Buffer.concat(answers.shift()!));
      }),
    );
    await using opened = await open(stub.url);
    expect((await opened.connection.query("select 7 as a")).rows).toEqual([{ a: 7 }]);
    expect((await failureOf(opened.connection.query("select 8 as a"))).message).toContain("without an end");
    expect(opened.deaths).toHaveLength(1);
  });

  it("random bytes end it, or are waited for", async () => {
    for (let round = 0; round < 100; round++) {
      await using stub = await startStubServer(
        afterStartup((_, connection) =>
          connection.send(message("RKSZTDCENA123nstIGHWcd"[round % 22]!, randomBytes(round))),
        ),
      );
      await using opened = await open(stub.url);
      const query = opened.connection.query("select 1").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 2));
      opened.connection.terminate();
      await query;
      expect(opened.connection.status).toBe("dead");
    }
  });

  it.each([
    ["closes", (connection: { end(): void }) => connection.end(), /terminated/u],
    ["resets", (connection: { reset(): void }) => connection.reset(), /ECONNRESET|terminated/u],
  ])("a server that %s in the middle of a row ends it", async (_name, act, expected) => {
    await using stub = await startStubServer(
      afterStartup((_, connection) => {
        connection.send(Buffer.from("D\0\0\0\x20\0\x01"));
        setTimeout(() => act(connection), 5);
      }),
    );
    await using opened = await open(stub.url);
    expect((await failureOf(opened.connection.query("select 1"))).message).toMatch(expected);
    expect(opened.connection.status).toBe("dead");
    expect(opened.deaths).toHaveLength(1);
  });

  it("an error without a ReadyForQuery leaves it open, until the connection is told to end", async () => {
    await using stub = await startStubServer(
      afterStartup(({ type }, connection) => {
        if (type === "Q") connection.send(errorResponse("42601", "syntax error"));
      }),
    );
    await using opened = await open(stub.url);
    let isSettled = false;
    const query = failureOf(opened.connection.query("selec")).finally(() => (isSettled = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isSettled).toBe(false);
    expect(opened.connection.status).toBe("busy");
    opened.connection.terminate();
    expect(await query).toMatchObject({ code: "42601" });
  });

  it("an error settles with the ReadyForQuery that comes later, and not before", async () => {
    let release = (): void => {};
    await using stub = await startStubServer(
      afterStartup((_, connection) => {
        connection.send(errorResponse("42601", "syntax error"));
        release = () => connection.send(ready);
      }),
    );
    await using opened = await open(stub.url);
    let statusAtEnd = "";
    const query = failureOf(opened.connection.query("selec")).finally(() => (statusAtEnd = opened.connection.status));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(opened.connection.status).toBe("busy");
    release();
    expect(await query).toMatchObject({ code: "42601" });
    expect(statusAtEnd).toBe("idle");
  });
});

describe("a server that does not answer", () => {
  it("keeps close() waiting until terminate()", async () => {
    await using stub = await startStubServer(afterStartup(() => {}));
    await using opened = await open(stub.url);
    let isClosed = false;
    const closed = opened.connection.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    expect(stub.openCount).toBe(1);
    opened.connection.terminate();
    await closed;
    await expect.poll(() => stub.openCount).toBe(0);
    expect(opened.deaths).toEqual([]);
  });

  it("leaves query, ping and cancel to terminate(), which ends them", async () => {
    await using stub = await startStubServer(afterStartup(() => {}));
    await using opened = await open(stub.url);
    const waiting = [failureOf(opened.connection.ping()), failureOf(opened.connection.query("select 1"))];
    await opened.connection.cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    opened.connection.terminate();
    for (const failure of await Promise.all(waiting)) expect(failure.message).toContain("terminated");
  });
});

it("fails a ping when the server closed meanwhile", async () => {
  await using stub = await startStubServer(afterStartup((_, connection) => connection.reset()));
  await using opened = await open(stub.url);
  expect((await failureOf(opened.connection.ping())).message).toMatch(/ECONNRESET|terminated/u);
  expect(opened.deaths).toHaveLength(1);
});
