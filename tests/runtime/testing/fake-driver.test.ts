import { describe, expect, it, vi } from "vitest";
import { connectionRefused, createFakeDriver, FakeDatabaseError } from "../../../runtime/src/testing/index.js";
import { connectTo, outcome, virtualDriver } from "./support.js";

describe("connecting", () => {
  it("works with the system's time and no options", async () => {
    const driver = createFakeDriver({ connectDelayMillis: 5, queryDelayMillis: 5 });
    expect(driver.system).toBe("postgresql");
    const start = performance.now();
    const connection = await connectTo(driver);
    await connection.query("select 1");
    expect(performance.now() - start).toBeGreaterThanOrEqual(9);
    expect(connection.status).toBe("idle");
    await connection.close();
    expect(driver.openConnections).toBe(0);
  });

  it("takes its delay, and counts", async () => {
    const { clock, driver } = virtualDriver({ connectDelayMillis: 50 });
    const connecting = connectTo(driver);
    expect([driver.connecting, driver.openConnections, driver.connectAttempts]).toEqual([1, 0, 1]);
    await clock.advance(49);
    expect(await outcome(connecting, clock)).toBe("pending");
    await clock.advance(1);
    const connection = await connecting;
    expect([driver.connecting, driver.openConnections, driver.mostConnections]).toEqual([0, 1, 1]);
    expect(driver.connections).toEqual([connection]);
    await connection.close();
    expect([driver.openConnections, driver.mostConnections]).toEqual([0, 1]);
  });

  it("fails as told, also by the number of the attempt", async () => {
    const { driver } = virtualDriver({ connectError: connectionRefused() });
    await expect(connectTo(driver)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    driver.settings.connectError = (attempt) => (attempt === 2 ? new Error("the second") : undefined);
    await expect(connectTo(driver)).rejects.toThrow("the second");
    await connectTo(driver);
    expect([driver.connectAttempts, driver.openConnections, driver.connecting]).toEqual([3, 1, 0]);
  });

  it("is given up by its signal, and leaves nothing open", async () => {
    const { clock, driver } = virtualDriver({ connectDelayMillis: Infinity });
    const controller = new AbortController();
    const connecting = connectTo(driver, () => {}, controller.signal);
    await clock.advance(1e9);
    expect(await outcome(connecting, clock)).toBe("pending");
    controller.abort(new Error("no more patience"));
    expect(await outcome(connecting, clock)).toBe("rejected: no more patience");
    expect([driver.connecting, driver.openConnections, clock.pending]).toEqual([0, 0, 0]);
    await expect(connectTo(driver, () => {}, controller.signal)).rejects.toThrow("no more patience");
  });
});

describe("answers", () => {
  it("has none without a rule, and tags the command", async () => {
    const { driver } = virtualDriver();
    const connection = await connectTo(driver);
    expect(await connection.query("select 1")).toEqual({ rows: [], rowCount: 0, command: "SELECT", fields: [] });
    expect(await connection.query("begin")).toMatchObject({ rowCount: null, command: "BEGIN" });
  });

  it("gives rows, results, errors, and what functions say", async () => {
    const { driver } = virtualDriver();
    const connection = await connectTo(driver);
    driver
      .respond("SELECT name FROM users", [{ name: "Ada" }])
      .respond(/^update/, { rowCount: 7 })
      .respond(/^delete/, new FakeDatabaseError("42501", "permission denied", { table: "users" }))
      .respond(/\$1/, ({ params, connectionId }) => [{ id: params[0], connectionId }])
      .respond("broken", () => {
        throw new FakeDatabaseError("42601", "syntax error");
      });
    const names = await connection.query("select name from users ");
    expect(names).toMatchObject({ rows: [{ name: "Ada" }], rowCount: 1, command: "SELECT" });
    expect(names.fields.map(({ name }) => name)).toEqual(["name"]);
    expect(await connection.query("update users set x = 1")).toMatchObject({ rows: [], rowCount: 7 });
    await expect(connection.query("delete from users")).rejects.toMatchObject({
      name: "error",
      code: "42501",
      severity: "ERROR",
      table: "users",
    });
    expect((await connection.query("select $1", [9])).rows).toEqual([{ id: 9, connectionId: 1 }]);
    await expect(connection.query("broken")).rejects.toMatchObject({ code: "42601" });
    expect(connection.status).toBe("idle");
  });

  it("keeps to the last word, for as many times as it was given", async () => {
    const { driver } = virtualDriver();
    const connection = await connectTo(driver);
    driver.respond("select n", [{ n: 1 }]).respond("select n", [{ n: 2 }], { times: 2 });
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count++) seen.push(...(await connection.query("select n")).rows);
    expect(seen).toEqual([{ n: 2 }, { n: 2 }, { n: 1 }]);
    driver.forgetResponses();
    expect((await connection.query("select n")).rows).toEqual([]);
  });

  it("gives each caller rows of its own", async () => {
    const { driver } = virtualDriver();
    const connection = await connectTo(driver);
    driver.respond("select n", [{ n: 1 }]);
    (await connection.query("select n")).rows[0]!["n"] = "changed";
    expect((await connection.query("select n")).rows).toEqual([{ n: 1 }]);
  });

  it("takes its time, and is busy meanwhile", async () => {
    const { clock, driver } = virtualDriver({ queryDelayMillis: 20 });
    driver.respond("slow", [], { delayMillis: 100 });
    const connection = await connectTo(driver);
    const quick = connection.query("quick");
    expect(connection.status).toBe("busy");
    await clock.advance(20);
    await quick;
    const slow = connection.query("slow");
    await clock.advance(99);
    expect(connection.status).toBe("busy");
    await clock.advance(1);
    await slow;
    expect(connection.status).toBe("idle");
  });
});

describe("one caller at a time", () => {
  it("throws on overlap where it happens, and keeps the breach", async () => {
    const { driver } = virtualDriver({ queryDelayMillis: 10 });
    const connection = await connectTo(driver);
    void connection.query("select 1");
    expect(() => connection.query("select 2")).toThrow(
      'used against its contract: query("select 2") on connection 1 while another call is under way',
    );
    expect(() => connection.ping()).toThrow("contract");
    expect(driver.misuses).toHaveLength(2);
  });

  it("queues calls of the client, as pg does", async () => {
    const { clock, driver } = virtualDriver({ queryDelayMillis: 10 });
    const { client } = await connectTo(driver);
    driver.respond("two", [{ n: 2 }]);
    const calls = Promise.all([client.query("one"), client.query("two"), client.query("three")]);
    await clock.advance(30);
    expect((await calls)[1].rows).toEqual([{ n: 2 }]);
    expect(driver.statements).toEqual(["one", "two", "three"]);
    expect(driver.misuses).toEqual([]);
  });

  it("fails queued calls of the client when the connection dies", async () => {
    const { clock, driver } = virtualDriver({ queryDelayMillis: 10 });
    const connection = await connectTo(driver);
    const calls = ["one", "two", "three"].map((sql) => outcome(connection.client.query(sql), clock));
    connection.kill();
    expect((await Promise.all(calls)).map((state) => state.slice(0, 8))).toEqual(Array(3).fill("rejected"));
  });

  it("refuses statements on a closed connection", async () => {
    const { driver } = virtualDriver();
    const connection = await connectTo(driver);
    await connection.close();
    await expect(connection.query("select 1")).rejects.toThrow("connection 1, which is closed");
    await expect(connection.ping()).rejects.toThrow("closed");
  });
});

describe("death", () => {
  it("tells of an idle connection's, once", async () => {
    const onDeath = vi.fn();
    const { driver } = virtualDriver();
    const connection = await connectTo(driver, onDeath);
    connection.kill();
    connection.kill();
    expect(onDeath.mock.calls).toEqual([[expect.objectContaining({ code: "57P01", severity: "FATAL" })]]);
    expect([connection.status, connection.isOpen, driver.openConnections]).toEqual(["dead", false, 0]);
    await connection.close();
  });

  it("fails the statement under way", async () => {
    const onDeath = vi.fn();
    const { clock, driver } = virtualDriver({ queryDelayMillis: 10 });
    const connection = await connectTo(driver, onDeath);
    const result = connection.query("select 1");
    connection.kill({ error: new Error("gone") });
    expect(await outcome(result, clock)).toBe("rejected: gone");
    expect(onDeath).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: "gone" }));
    expect(clock.pending).toBe(0);
  });

  it("comes to light with the next message when it was silent", async () => {
    const onDeath = vi.fn();
    const { clock, driver } = virtualDriver({ queryDelayMillis: 10 });
    const connection = await connectTo(driver, onDeath);
    connection.kill({ silently: true, error: new Error("gone") });
    expect([connection.status, driver.openConnections]).toEqual(["idle", 1]);
    expect(onDeath).not.toHaveBeenCalled();
    expect(await outcome(connection.ping(), clock)).toBe("rejected: gone");
    expect(connection.status).toBe("dead");
    expect(onDeath).toHaveBeenCalledOnce();
  });

  it("leaves a statement without an answer when it was silent", async () => {
    const { clock, driver } = virtualDriver({ queryDelayMillis: 10 });
    const connection = await connectTo(driver);
    const result = connection.query("insert 1");
    connection.kill({ silently: true });
    await clock.advance(1000);
    expect([await outcome(result, clock), connection.status]).toEqual(["pending", "busy"]);
    connection.terminate();
    expect(await outcome(result, clock)).toBe("rejected: Connection terminated unexpectedly");
    expect(driver.committed).toEqual([]);
  });

  it("is not told of when it was wanted", async () => {
    const onDeath = vi.fn();
    const { driver } = virtualDriver();
    const [first, second, third] = [
      await connectTo(driver, onDeath),
      await connectTo(driver, onDeath),
      await connectTo(driver, onDeath),
    ];
    await first.close();
    second.terminate();
    driver.settings.closeDelayMillis = 100;
    const closed = third.close();
    third.kill();
    await closed;
    expect(onDeath).not.toHaveBeenCalled();
    expect(driver.openConnections).toBe(0);
  });

  it("takes all connections with a restart", async () => {
    const { driver } = virtualDriver();
    await Promise.all([connectTo(driver), connectTo(driver)]);
    driver.killAll();
    expect(driver.openConnections).toBe(0);
  });
});

describe("ping", () => {
  it("is one round trip with its own delay and failure", async () => {
    const { clock, driver } = virtualDriver({ pingDelayMillis: 5 });
    const connection = await connectTo(driver);
    const pinged = connection.ping();
    expect(connection.status).toBe("busy");
    await clock.advance(5);
    await pinged;
    driver.settings.pingError = new Error("no pong");
    const failed = expect(connection.ping()).rejects.toThrow("no pong");
    await clock.advance(5);
    await failed;
    expect(connection.status).toBe("idle");
    expect(driver.logOf(1).map(({ type }) => type)).toEqual(["connect", "ping", "ping"]);
  });
});

describe("cancel", () => {
  it("fails the statement under way when the request arrives", async () => {
    const { clock, driver } = virtualDriver({ queryDelayMillis: Infinity, cancelDelayMillis: 30 });
    const connection = await connectTo(driver);
    const query = connection.query("select 1");
    const cancelled = connection.cancel();
    await clock.advance(29);
    expect([await outcome(query, clock), connection.status]).toEqual(["pending", "busy"]);
    const failed = expect(query).rejects.toMatchObject({ code: "57014", severity: "ERROR" });
    await clock.advance(1);
    await Promise.all([failed, cancelled]);
    expect([connection.status, clock.pending]).toEqual(["idle", 0]);
  });

  it("leaves a transaction failed", async () => {
    const { clock, driver } = virtualDriver();
    const connection = await connectTo(driver);
    driver.respond("slow", [], { delayMillis: Infinity });
    const query = connection.query("slow", [], { begin: "begin" });
    await clock.settle();
    const failed = expect(query).rejects.toMatchObject({ code: "57014" });
    await Promise.all([failed, connection.cancel()]);
    expect(connection.status).toBe("failed");
    await expect(connection.query("select 1")).rejects.toMatchObject({ code: "25P02" });
  });

  it("can be ignored", async () => {
    const { clock, driver } = virtualDriver({ queryDelayMillis: 50, ignoresCancel: true });
    const connection = await connectTo(driver);
    const result = connection.query("select 1");
    await connection.cancel();
    expect(connection.status).toBe("busy");
    await clock.advance(50);
    await result;
  });

  it("does nothing to a connection at rest, and never hangs on one that ends", async () => {
    const { clock, driver } = virtualDriver({ cancelDelayMillis: Infinity });
    const connection = await connectTo(driver);
    const cancelled = connection.cancel();
    expect(await outcome(cancelled, clock)).toBe("pending");
    connection.terminate();
    await cancelled;
    await connection.cancel();
  });
});

describe("close", () => {
  it("takes its time, counts as open until then, and is dead at once", async () => {
    const { clock, driver } = virtualDriver({ closeDelayMillis: 10 });
    const connection = await connectTo(driver);
    const [closed, again] = [connection.close(), connection.close()];
    expect([connection.status, connection.isOpen, driver.openConnections]).toEqual(["dead", true, 1]);
    await clock.advance(10);
    await Promise.all([closed, again]);
    expect([connection.isOpen, driver.openConnections]).toEqual([false, 0]);
    expect(driver.log.map(({ type }) => type)).toEqual(["connect", "close"]);
  });

  it("waits for the statement under way", async () => {
    const { clock, driver } = virtualDriver({ queryDelayMillis: 10, closeDelayMillis: 5 });
    const connection = await connectTo(driver);
    const result = connection.query("select 1");
    const closed = connection.close();
    await clock.advance(10);
    await result;
    expect([connection.status, connection.isOpen]).toEqual(["dead", true]);
    await clock.advance(5);
    await closed;
  });

  it("that hangs is ended by terminate, which fails what runs", async () => {
    const { clock, driver } = virtualDriver({ closeDelayMillis: Infinity, queryDelayMillis: Infinity });
    const connection = await connectTo(driver);
    const result = outcome(connection.query("select 1"), clock);
    const closed = connection.close();
    expect([await result, await outcome(closed, clock)]).toEqual(["pending", "pending"]);
    connection.terminate();
    connection.terminate();
    await closed;
    expect([driver.openConnections, clock.pending]).toEqual([0, 0]);
  });
});

it("answers nothing on a stalled connection", async () => {
  const { clock, driver } = virtualDriver({ queryDelayMillis: 10 });
  const connection = await connectTo(driver);
  const query = connection.query("select 1");
  connection.stall();
  const closed = connection.close();
  await connection.cancel();
  await clock.advance(1000);
  expect(await Promise.all([outcome(query, clock), outcome(closed, clock)])).toEqual(["pending", "pending"]);
  connection.terminate();
  await closed;
  await expect(query).rejects.toThrow("terminated");
});

it("keeps no log when told so", async () => {
  const { driver } = virtualDriver({ keepsLog: false });
  const connection = await connectTo(driver);
  await connection.query("insert 1");
  expect([driver.log, driver.statements, driver.committed]).toEqual([[], [], []]);
});
