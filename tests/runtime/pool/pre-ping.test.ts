import { expect, it } from "vitest";
import { makePool } from "./support.js";

it("does not test a connection that goes from one caller straight to the next, however long ago it was idle", async () => {
  const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolPrePing: true, pingAfterMillis: 1_000 });
  const pings = (): number => driver.log.filter(({ type }) => type === "ping").length;
  await (await pool.acquire()).release();
  const held = await pool.acquire();
  const waiting = pool.acquire();
  await clock.advance(5_000);
  await held.release();
  const next = await waiting;
  expect(pings()).toBe(0);

  await next.release();
  await clock.advance(1_000);
  await (await pool.acquire()).release();
  expect(pings()).toBe(1);
});

it.each(["abort", "dispose"])("loses no slot to %s, in whichever microtask of a test's end it comes", async (fault) => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 30; turns += 1) {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolPrePing: true, pingAfterMillis: 1 });
    const first = await pool.acquire();
    let endTest = (): void => {};
    first.connection.ping = () => new Promise((resolve) => (endTest = resolve));
    await first.release();
    await clock.advance(1);
    const controller = new AbortController();
    const acquiring = pool.acquire({ signal: controller.signal }).then(
      (checkout) => checkout.release().then(() => "served"),
      () => "refused",
    );
    await clock.advance(1);
    endTest();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const disposal = fault === "dispose" ? pool.dispose(0) : controller.abort();
    outcomes.add(await acquiring);
    await clock.advance(1);
    pool.assertInvariant();
    expect(pool.status()).toMatchObject({ inUse: 0, waiting: 0, closing: 0, idle: fault === "dispose" ? 0 : 1 });
    await disposal;
  }
  expect(outcomes).toEqual(new Set(["served", "refused"]));
});
