import { runInThisContext } from "node:vm";
import { transformSync } from "esbuild";
import type { Way } from "./toy-semantics.js";

/** What a run of the program decides: each choice is one of `count` ways on. */
export type Choose = (count: number) => number;

export interface Run {
  readonly way: Way | "abandoned";
  /** For each opening in the order of the source. */
  readonly statuses: readonly string[];
  readonly leaks: boolean;
}

interface Slot {
  status: "absent" | "open" | "closed" | "escaped";
  leaked: boolean;
  readonly settle: <T>(make: () => T) => Promise<T>;
}

class Resource {
  readonly slot: Slot;
  #isCurrent = true;

  constructor(slot: Slot) {
    if (slot.status === "open") slot.leaked = true;
    slot.status = "open";
    this.slot = slot;
  }

  outlive(): void {
    this.#isCurrent = false;
  }

  #leave(status: "closed" | "escaped"): void {
    if (this.#isCurrent && this.slot.status === "open") this.slot.status = status;
  }

  close(): Promise<void> {
    this.#leave("closed");
    return Promise.resolve();
  }

  release(): void {
    this.#leave("closed");
  }

  query(): Promise<unknown> {
    return this.slot.settle(() => undefined);
  }

  escape(): void {
    this.#leave("escaped");
  }

  [Symbol.dispose](): void {
    void this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class Failure extends Error {}
/** Thrown where a run without awaits does not come to an end. */
class Endless extends Error {}

const mostChoices = 60;
const forever = new Promise<never>(() => {});

export interface RunOptions {
  readonly callThrows?: boolean | undefined;
  /** Waiting for a decision may fail, as waiting for anything may. */
  readonly decisionsFail?: boolean;
}

export interface Runnable {
  run(choose: Choose): Promise<Run>;
}

const names = [
  "open",
  "openNow",
  "work",
  "use",
  "step",
  "keep",
  "decide",
  "pick",
  "items",
  "stream",
  "keys",
  "stop",
  "Failure",
];

/**
 * Makes the function `main` of the code runnable on fakes that keep record. Whether something fails, what `decide`
 * gives and how often a loop turns is chosen anew in each run.
 */
export function makeRunnable(code: string, options: RunOptions = {}): Runnable {
  let count = 0;
  const numbered = code.replace(/\b(open|openNow)\(\)/g, (_, name: string) => `${name}(${count++})`);
  const lowered = /\busing\b/.test(code) ? transformSync(numbered, { target: "es2022" }).code : numbered;
  const make = runInThisContext(`({ ${names.join(", ")} }) => { ${lowered}; return main; }`) as Make;
  return { run: (choose) => runOnce(make, count, choose, options) };
}

type Make = (world: object) => () => unknown;

async function runOnce(
  make: Make,
  openings: number,
  chooseNext: Choose,
  { callThrows = false, decisionsFail = false }: RunOptions,
): Promise<Run> {
  const current: (Resource | undefined)[] = [];
  let choices = 0;
  let abandon = (): void => {};
  const abandoned = new Promise<"abandoned">((resolve) => (abandon = () => resolve("abandoned")));
  const isSpent = (): boolean => {
    if (choices <= mostChoices) return false;
    abandon();
    return true;
  };
  const choose: Choose = (count) => {
    choices++;
    if (choices > mostChoices * 4) throw new Endless();
    return chooseNext(count);
  };
  const fails = (): boolean => choose(2) === 1;
  const take = (index: number): Resource => {
    current[index]?.outlive();
    return (current[index] = new Resource(slots[index]!));
  };
  const settle = <T>(make: () => T): Promise<T> => {
    if (isSpent()) return forever;
    return fails() ? Promise.reject(new Failure()) : Promise.resolve(make());
  };
  const slots = Array.from({ length: openings }, (): Slot => ({ status: "absent", leaked: false, settle }));
  const sure = <T>(value: () => T): Promise<T> => {
    if (decisionsFail) return settle(value);
    return isSpent() ? forever : Promise.resolve(value());
  };
  const world = {
    Failure,
    open: (index: number): Promise<Resource> => {
      if (isSpent()) return forever;
      const isRejected = fails();
      if (!isRejected) return Promise.resolve(take(index));
      const slot = slots[index]!;
      if (slot.status === "open") slot.leaked = true;
      slot.status = "absent";
      current[index]?.outlive();
      return Promise.reject(new Failure());
    },
    openNow: (index: number): Resource => take(index),
    work: () => settle(() => undefined),
    use: () => settle(() => undefined),
    step: (): void => {
      if (callThrows && fails()) throw new Failure();
    },
    keep: (kept: unknown): unknown => {
      if (kept instanceof Resource) kept.escape();
      return kept;
    },
    decide: () => sure(() => choose(2) === 1),
    pick: (count: number) => sure(() => choose(count)),
    stop: (): Promise<never> => {
      choices = mostChoices + 1;
      abandon();
      return forever;
    },
    keys: () => Array.from({ length: choose(4) }),
    *items(): Generator<number> {
      for (let turn = 0; turn < 4 && choose(2) === 1; turn++) yield turn;
    },
    stream: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          if (isSpent()) return forever;
          const next = choose(3);
          if (next === 2) throw new Failure();
          return { done: next === 0, value: 0 };
        },
        return: () => Promise.resolve({ done: true, value: undefined }),
      }),
    }),
  };
  const way = await Promise.race([abandoned, drive(make(world), choose)]);
  return {
    way,
    statuses: slots.map(({ status }) => status),
    leaks: slots.some(({ status, leaked }) => leaked || (way !== "abandoned" && status === "open")),
  };
}

async function drive(main: () => unknown, choose: Choose): Promise<Way | "abandoned"> {
  try {
    const result = main();
    if (isGenerator(result)) return await consume(result, choose);
    await result;
    return "end";
  } catch (error) {
    if (error instanceof Endless) return "abandoned";
    if (error instanceof Failure) return "throw";
    throw error;
  }
}

type AnyGenerator = Generator | AsyncGenerator;

function isGenerator(value: unknown): value is AnyGenerator {
  return typeof value === "object" && value !== null && "next" in value && "throw" in value;
}

/** A consumer goes on, stops or throws at each `yield`. */
async function consume(generator: AnyGenerator, choose: Choose): Promise<Way> {
  let step = await generator.next();
  while (!step.done) {
    const way = choose(3);
    step = await (way === 0
      ? generator.next()
      : way === 1
        ? generator.return(undefined)
        : generator.throw(new Failure()));
  }
  return "end";
}

export interface Exploration {
  readonly runs: number;
  /** Every combination of choices has been run. */
  readonly isComplete: boolean;
}

/** Runs the program under every combination of choices, or, where these are too many, under `budget` random ones. */
export async function explore(
  runnable: Runnable,
  budget: number,
  seed: number,
  visit: (run: Run) => "go on" | "enough",
): Promise<Exploration> {
  const systematic = Math.min(budget, 500);
  let prefix: number[] = [];
  let runs = 0;
  for (; runs < systematic; runs++) {
    const taken: { choice: number; count: number }[] = [];
    const fixed = prefix;
    const run = await runnable.run((count) => {
      const choice = fixed[taken.length] ?? 0;
      taken.push({ choice, count });
      return choice;
    });
    if (visit(run) === "enough") return { runs: runs + 1, isComplete: false };
    while (taken.length > 0 && taken.at(-1)!.choice + 1 >= taken.at(-1)!.count) taken.pop();
    if (taken.length === 0) return { runs: runs + 1, isComplete: true };
    prefix = taken.map(({ choice }) => choice);
    prefix[prefix.length - 1]!++;
  }
  const random = randomOf(seed);
  for (; runs < budget; runs++) {
    const likelihood = 0.1 + 0.8 * random();
    const run = await runnable.run((count) => (random() < likelihood ? 1 + Math.floor(random() * (count - 1)) : 0));
    if (visit(run) === "enough") break;
  }
  return { runs, isComplete: false };
}

function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
