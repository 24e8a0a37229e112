import { beforeEach, describe, expect, it } from "vitest";
import type { AsyncEngineOptions, EngineEvents } from "../../runtime/src/index.js";
import { FakeDatabaseError } from "../../runtime/src/testing/index.js";
import { coded, createBed, turn, type Bed } from "./session/bed.js";

let bed: Bed;
const open = (options: AsyncEngineOptions = {}): void => {
  bed = createBed(options);
};
beforeEach(() => open());

const names = [
  "connect",
  "checkout",
  "checkin",
  "reset",
  "invalidate",
  "close",
  "detach",
  "wait",
  "timeout",
  "leak",
  "uncommitted",
] as const;
const record = (): string[] => {
  const seen: string[] = [];
  for (const name of names) bed.engine.on(name, () => void seen.push(name));
  return seen;
};

describe("engine.on", () => {
  it("tells of a connection's life in order", async () => {
    const seen = record();
    await bed.openSession.begin((session) => session.query("insert 1"));
    expect(seen).toEqual(["connect", "checkout", "reset", "checkin"]);
    seen.length = 0;
    const connection = await bed.engine.connect();
    await connection.invalidate();
    await turn();
    await connection.query("select 1");
    connection.detach();
    await connection.close();
    await turn();
    expect(seen).toEqual(["checkout", "invalidate", "close", "connect", "checkout", "detach", "close"]);
  });

  it("calls listeners in the order in which they came, as often as they were added, until off", async () => {
    const seen: number[] = [];
    const first = (): void => void seen.push(1);
    bed.engine
      .on("checkin", first)
      .on("checkin", () => void seen.push(2))
      .on("checkin", first);
    await bed.engine.query("select 1");
    bed.engine.off("checkin", first);
    bed.engine.off("checkin", () => {});
    await bed.engine.query("select 1");
    expect(seen).toEqual([1, 2, 1, 1, 2]);
  });

  it("waits for connect and checkout listeners one after the other, and fails the acquire with what they throw", async () => {
    const seen: string[] = [];
    bed.engine.on("connect", async ({ connection }) => {
      await turn();
      await connection.query("set search_path to app");
      seen.push("first");
    });
    bed.engine.on("connect", () => void seen.push("second"));
    await bed.engine.query("select 1");
    expect(seen).toEqual(["first", "second"]);
    expect(bed.driver.statements).toEqual(["set search_path to app", "select 1"]);
    const boom = new Error("not this one");
    bed.engine.on("checkout", () => Promise.reject(boom));
    await expect(bed.engine.query("select 1")).rejects.toBe(boom);
    expect(bed.engine.pool.status().inUse).toBe(0);
  });

  it("logs what other listeners throw or reject with, and goes on", async () => {
    const seen: string[] = [];
    bed.engine.on("checkin", () => {
      throw new Error("thrown");
    });
    bed.engine.on("checkin", () => Promise.reject(new Error("rejected")));
    bed.engine.on("checkin", () => void seen.push("last"));
    await bed.engine.query("select 1");
    await turn();
    expect(seen).toEqual(["last"]);
    expect(bed.log.error).toEqual([
      'db-session: a listener for "checkin" failed: Error: thrown',
      'db-session: a listener for "checkin" failed: Error: rejected',
    ]);
  });

  it("refuses events that do not exist, and listeners that are no functions", () => {
    expect(() => bed.engine.on("acquire" as "checkout", () => {})).toThrow(
      'There is no event "acquire"; there are connect, checkout,',
    );
    expect(() => bed.engine.off("toString" as "checkout", () => {})).toThrow("There is no event");
    expect(() => bed.engine.on("checkout", undefined as never)).toThrow(
      'The listener for "checkout" must be a function.',
    );
  });

  it("tells of who holds a connection for too long, with the stack that opened the session, and warns", async () => {
    open({ leakWarningMillis: 1_000 });
    const told: EngineEvents["leak"][] = [];
    bed.engine.on("leak", (payload) => void told.push(payload));
    const openHere = () => bed.openSession();
    const session = openHere();
    const firstStatement = () => session.query("select 1");
    await firstStatement();
    await bed.clock.advance(1_000);
    expect(told).toHaveLength(1);
    expect(told[0]!.holder.stack).toMatch(/^\s+at openHere /);
    expect(bed.engine.pool.status().holders?.[0]?.stack).toContain("openHere");
    expect(bed.log.warn).toEqual([expect.stringMatching(/held for longer than leakWarningMillis .*\n\s+at openHere /)]);
    await session.close();
  });
});

describe("echo", () => {
  it("logs statements with their time, and pool events", async () => {
    open({ echo: true });
    bed.driver.respond("select $1", [{ a: 1 }], { delayMillis: 12 });
    const session = bed.openSession();
    const query = session.query("select $1", ["tea", 7]);
    await bed.clock.advance(12);
    await query;
    await session.commit();
    expect(bed.log.info).toEqual([
      "db-session: begin; select $1 [ 'tea', 7 ] (12.0 ms, 1 row)",
      "db-session: commit (0.0 ms)",
    ]);
    expect(bed.log.debug.map((line) => line.split(" ")[1])).toEqual(["connect", "checkout", "reset", "checkin"]);
    bed.driver.respond("select 1/0", new FakeDatabaseError("22012", "division by zero"));
    await bed.engine.query("select 1/0").catch(() => {});
    expect(bed.log.info.at(-1)).toBe("db-session: select 1/0 (failed after 0.0 ms: 22012: division by zero)");
  });

  it("logs nothing without it", async () => {
    await bed.engine.query("select 1");
    expect(bed.log).toEqual({ debug: [], info: [], warn: [], error: [] });
  });

  it("hides parameters, also those that the database quotes, with hideParameters", async () => {
    open({ echo: true, hideParameters: true });
    bed.driver.respond("select $1", new FakeDatabaseError("22P02", 'invalid input syntax for type integer: "s3cret"'));
    await expect(bed.engine.query("select $1", ["s3cret"])).rejects.toMatchObject({ code: "22P02" });
    expect(bed.log.info).toEqual(["db-session: select $1 [1 hidden] (failed after 0.0 ms: 22P02)"]);
    expect(JSON.stringify(bed.log)).not.toContain("s3cret");
  });

  it("goes with signals and time limits", async () => {
    open({ echo: true });
    bed.hang("select slow");
    const late = expect(bed.engine.query("select slow", [], { timeoutMillis: 5 })).rejects.toEqual(
      coded("STATEMENT_TIMEOUT"),
    );
    await bed.clock.advance(5);
    await late;
    await turn();
    expect(bed.log.info).toEqual([expect.stringContaining("select slow (failed after 5.0 ms: 57014")]);
  });
});
