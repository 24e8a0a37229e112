import { expect } from "vitest";
import { counts } from "../support/expectations.js";
import { collectUntil, warningsDuring } from "../support/garbage.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database } from "../support/world.js";

const { scenario } = scenariosOf(import.meta.url);

// In functions of their own, so that nothing on the caller's stack keeps what they open.
async function abandonConnection({ engine }: Database): Promise<void> {
  const connection = await engine.connect();
  await connection.begin();
  await connection.query("insert into semantics_items (item) values ($1)", ["lost"]);
}

async function abandonSession({ openSession }: Database): Promise<void> {
  await openSession().query("insert into semantics_items (item) values ($1)", ["lost"]);
}

for (const [what, abandon] of [
  ["connection", abandonConnection],
  ["session", abandonSession],
] as const) {
  scenario(`P41 a ${what} that nobody closed and nobody can reach is closed, with a warning`, async (world) => {
    const database = world.database({ poolSize: 1, maxOverflow: 0 });
    const warnings = await warningsDuring(async () => {
      await abandon(database);
      expect(database.status.inUse).toBe(1);
      const next = database.engine.query("select 1");
      await collectUntil(world, () => database.status.waiting === 0);
      await world.finish(next);
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toMatch(/never given back.*closed/);
    expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
    expect(await database.items()).toEqual([]);
  });
}
