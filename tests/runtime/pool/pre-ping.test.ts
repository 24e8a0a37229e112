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
