import { setImmediate } from "node:timers/promises";
import { behaviour } from "./behaviour.js";
import { Kit } from "./kit.js";
import { NoSuchLease } from "./leases.js";
import type { Marks } from "./marks.js";
import type { Program } from "./program.js";
import { makeStandIn, standInOf } from "./stand-ins.js";
import { tell } from "./tell.js";
import { Endless, World, type Plan } from "./world.js";

/** What a function did in one run. */
export interface Run {
  readonly world: World;
  readonly outcome: string;
  /** Why nothing can be said of the run. */
  readonly problem: "endless" | "hangs" | "lease" | undefined;
}

const mostItems = 3;

export async function execute(program: Program, marks: Marks, plan: Plan): Promise<Run> {
  const world = new World(plan);
  let outcome = "pending";
  let problem: Run["problem"] = "hangs";
  const settle = async (): Promise<void> => {
    try {
      const { target, outer } = program(new Kit(world, marks));
      const args = Array.from({ length: 6 }, (_, index) => makeStandIn(`argument${index}`, world, behaviour).proxy);
      const value = await resultOf(target(...args), world).finally(() => handOver(outer()));
      handOver(value);
      outcome = `value ${tell(value)}`;
      problem = undefined;
    } catch (error) {
      outcome = `error ${tell(error)}`;
      problem = error instanceof Endless ? "endless" : error instanceof NoSuchLease ? "lease" : undefined;
    }
  };
  // A stack tells where the program was compiled.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const settled = settle();
  // All that the program waits for are promises of its own and of stand-ins: no time passes.
  for (let turn = 0; turn < 3; turn++) await Promise.race([settled.then(() => setImmediate()), setImmediate()]);
  Error.stackTraceLimit = stackTraceLimit;
  if (world.isEndless) problem = "endless";
  return { world, outcome, problem };
}

async function resultOf(result: unknown, world: World): Promise<unknown> {
  if (standInOf(result) || typeof result !== "object" || result === null || !("next" in result)) return result;
  const items: unknown[] = [];
  const generator = result as AsyncGenerator;
  for (let turn = 0; turn < mostItems; turn++) {
    const { value, done } = await generator.next();
    items.push(value);
    world.record(`yield ${tell(value)}`);
    if (done) return items;
  }
  await generator.return(undefined);
  return items;
}

/** What the caller is given is the caller's. */
function handOver(value: unknown, depth = 0): void {
  const session = standInOf(value)?.session;
  if (session) session.isHandedOver = true;
  if (standInOf(value) || typeof value !== "object" || value === null || depth > 3) return;
  for (const inner of Object.values(value)) handOver(inner, depth + 1);
}
