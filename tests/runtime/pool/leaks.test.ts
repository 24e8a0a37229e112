import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished } from "vitest";
import { StaticPool } from "../../../runtime/src/engine/pool-classes.js";
import type { Pool, PoolCheckout } from "../../../runtime/src/pool/pool.js";
import type { PoolHolder } from "../../../runtime/src/types.js";
import { acquireAll, idOf, makePool, timedOut, watch } from "./support.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("leakWarningMillis", () => {
  it("reports who holds a connection for longer, once, with the stack of the acquire", async () => {
    const { pool, clock, events } = makePool({ leakWarningMillis: 1_000 });
    const leaks: PoolHolder[] = [];
    events.on("leak", ({ holder }) => void leaks.push(holder));
    const quick = await pool.acquire();
    async function forgetful(): Promise<PoolCheckout> {
      return pool.acquire();
    }
    const slow = await forgetful();
    await clock.advance(500);
    await quick.release();
    await clock.advance(499);
    expect(leaks).toEqual([]);
    await clock.advance(1);
    expect(leaks).toMatchObject([{ stack: expect.stringMatching(/^ +at forgetful .*leaks\.test\.ts/) as string }]);
    await clock.advance(10_000);
    expect(leaks).toHaveLength(1);
    await slow.release();
    expect(clock.pending).toBe(0);
  });

  it("reports each that is held for too long, in order", async () => {
    const { pool, clock, events } = makePool({ leakWarningMillis: 1_000 });
    const leaks: string[] = [];
    events.on("leak", ({ holder }) => void leaks.push(holder.stack));
    await pool.acquire({ stack: "first" });
    await clock.advance(300);
    await pool.acquire({ stack: "second" });
    await clock.advance(300);
    await pool.acquire({ stack: "third" });
    await clock.advance(400);
    expect(leaks).toEqual(["first"]);
    await clock.advance(600);
    expect(leaks).toEqual(["first", "second", "third"]);
  });

  it("shows the holders in the status and in the error of who waited in vain", async () => {
    const { pool, clock } = makePool({
      poolSize: 1,
      maxOverflow: 0,
      leakWarningMillis: 60_000,
      poolTimeoutMillis: 100,
    });
    await pool.acquire({ stack: "    at openReport (app.js:1:1)" });
    expect(pool.status().holders).toMatchObject([{ stack: "    at openReport (app.js:1:1)" }]);
    expect(pool.status().holders![0]!.since).toBeInstanceOf(Date);
    const late = watch(pool.acquire({ stack: "    at openPage (app.js:2:2)" }), clock);
    await clock.advance(100);
    const { message, stack } = late.error as Error;
    expect(late.error).toMatchObject(timedOut);
    expect(message).toMatch(/\nheld since \d{4}-.*Z:\n {4}at openReport \(app\.js:1:1\)$/);
    expect(stack).toMatch(/\n {4}at openPage \(app\.js:2:2\)$/);
  });

  it("of Infinity keeps no stacks and no holders", async () => {
    const { pool, clock } = makePool();
    await pool.acquire();
    expect(pool.status()).not.toHaveProperty("holders");
    expect(clock.pending).toBe(0);
  });
});

describe("a checkout that nobody returned and nobody can reach", () => {
  it("is closed with a warning, its slot freed and a waiter woken", async () => {
    const warnings = keepWarnings();
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    await lose(pool);
    const waiting = watch(pool.acquire(), clock);
    await collectUntil(() => waiting.state === "resolved");
    expect(idOf(waiting.value!)).toBe(2);
    expect(driver.openConnections).toBe(1);
    expect(warnings).toMatchObject([
      { code: "DB_SESSION_LOST", message: expect.stringMatching(/never given back/) as string },
    ]);
    pool.assertInvariant();
  });

  it("is found also where a waiter got it, with the stack that opened it when stacks are kept", async () => {
    const warnings = keepWarnings();
    const { pool } = makePool({ poolSize: 1, maxOverflow: 0, leakWarningMillis: 60_000 });
    const held = await pool.acquire();
    const lost = pool.acquire({ stack: "    at openAndForget (app.js:1:1)" }).then(() => {});
    await held.release();
    await lost;
    await collectUntil(() => pool.status().inUse === 0);
    expect(warnings[0]?.message).toMatch(/at openAndForget \(app\.js:1:1\)/);
    expect(pool.status().holders).toEqual([]);
    pool.assertInvariant();
  });

  it("is found when it was detached", async () => {
    keepWarnings();
    const { pool, driver } = makePool();
    await (async () => (await pool.acquire()).detach())();
    await collectUntil(() => driver.openConnections === 0);
  });

  it("is found in a StaticPool", async () => {
    keepWarnings();
    const { pool } = makePool({ poolClass: StaticPool });
    await lose(pool);
    await collectUntil(() => pool.status().inUse === 0);
    expect(pool.status()).toMatchObject({ idle: 1 });
  });

  it("is not one that somebody can reach, however long, nor one that was returned", async () => {
    const warnings = keepWarnings();
    const { pool } = makePool({ poolSize: 2, maxOverflow: 0, leakWarningMillis: 60_000 });
    const [kept, returned] = await acquireAll(pool, 2);
    await collectUntil(() => false, 400);
    await returned!.release();
    await collectUntil(() => false, 200);
    expect(kept!.hasEnded).toBe(false);
    expect(pool.status()).toMatchObject({ idle: 1, inUse: 1 });
    expect(warnings).toEqual([]);
    await kept!.release();
  });
});

async function lose(pool: Pool): Promise<void> {
  const checkout = await pool.acquire();
  await checkout.connection.query("select 1");
}

function keepWarnings(): (Error & { code?: string })[] {
  const warnings: Error[] = [];
  const keep = (warning: Error): void => void (warning.name === "DbSessionWarning" && warnings.push(warning));
  process.on("warning", keep);
  onTestFinished(() => void process.off("warning", keep));
  return warnings;
}

/** Real time: garbage is collected in no other. */
async function collectUntil(isDone: () => boolean, millis = 5_000): Promise<void> {
  for (const end = Date.now() + millis; Date.now() < end && !isDone();) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
