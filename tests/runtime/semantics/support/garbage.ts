import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { World } from "./world.js";

const collectGarbage = (): void => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
};

/** Collects garbage until it holds; finalizers run in turns of the event loop of their own. @throws after some seconds */
export async function collectUntil(world: World, condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
    collectGarbage();
    await world.sleep(1);
  }
  throw new Error(`Not so after 300 collections: ${String(condition)}`);
}

/** The warnings of this package that Node was given meanwhile; those of what others left behind come before. */
export async function warningsDuring(work: () => Promise<void>): Promise<Error[]> {
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collectGarbage();
  }
  const warnings: Error[] = [];
  const note = (warning: Error): void => {
    if (warning.name === "DbSessionWarning") warnings.push(warning);
  };
  process.on("warning", note);
  try {
    await work();
    await new Promise((resolve) => setImmediate(resolve)); // Node emits them in a later turn
    return warnings;
  } finally {
    process.off("warning", note);
  }
}
