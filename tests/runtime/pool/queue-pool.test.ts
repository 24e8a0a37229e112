import { expect, it } from "vitest";
import { makePool } from "./support.js";

it("connects on demand, reuses what came back, and opens nothing before the first acquire", async () => {
  const { pool, driver } = makePool();
  expect(driver.connectAttempts).toBe(0);
  const first = await pool.acquire();
  const { connection } = first;
  await first.release();
  expect(pool.status()).toMatchObject({ idle: 1, inUse: 0 });
  const second = await pool.acquire();
  expect(second.connection).toBe(connection);
  expect(driver.connectAttempts).toBe(1);
  pool.assertInvariant();
});

it("keeps poolSize connections at the end of a burst, though closing takes its time", async () => {
  const { pool, driver, clock } = makePool();
  driver.settings.closeDelayMillis = 50;
  const held = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
  for (const checkout of held) await checkout.release();
  expect(pool.status()).toMatchObject({ idle: 2, closing: 1, overflow: 1 });
  await clock.advance(50);
  expect(pool.status()).toMatchObject({ idle: 2, closing: 0, overflow: 0 });
  pool.assertInvariant();
});

it("serves waiters first come first served; a releaser that acquires again at once comes last", async () => {
  const { pool } = makePool({ poolSize: 1, maxOverflow: 0 });
  const served: string[] = [];
  const held = await pool.acquire();
  const waiters = ["a", "b", "c"].map(async (name) => {
    const checkout = await pool.acquire();
    served.push(name);
    await checkout.release();
  });
  void held.release();
  const again = await pool.acquire();
  served.push("releaser");
  await Promise.all(waiters);
  expect(served).toEqual(["a", "b", "c", "releaser"]);
  await again.release();
  pool.assertInvariant();
});
