import fc from "fast-check";
import { check, checkEnd } from "./checks.js";
import type { Command } from "./commands.js";
import type { Setup } from "./setup.js";
import { PoolWorld } from "./world.js";

/** A pool from its first use to its end. @throws {Error} when something does not hold that has to */
export async function live({ settings, seed, heals }: Setup, commands: Iterable<Command>): Promise<void> {
  const world = new PoolWorld(settings, seed);
  await fc.asyncModelRun(() => ({ model: world, real: world }), commands);
  await world.clock.settle();
  check(world);
  await checkEnd(world, heals);
}
