import { makeGenericPool, makePgPool, makeQueuePool, makeTarnPool } from "./fake-contestants.js";

/** A caller who waits: rejects when it gives up. */
interface Waiting {
  promise: Promise<unknown>;
  /** Where the pool can take a waiter back; the others are measured by their timeouts. */
  cancel?(): void;
}

/** A pool of one connection, which is taken. */
interface FullPool {
  readonly name: string;
  wait(): Waiting;
  /** Gives the connection back; nobody waits any more. */
  end(): unknown;
}

type MakeFullPool = (timeoutMillis?: number) => Promise<FullPool>;

const reason = new Error("cancelled");
/** Else what they lent would count as lost, with a warning. */
const keptToTheEnd: FullPool[] = [];

const queuePool =
  (hasSignal: boolean): MakeFullPool =>
  async (timeoutMillis) => {
    const pool = makeQueuePool(1, timeoutMillis);
    const held = await pool.acquire();
    return {
      end: () => held.release(),
      name: hasSignal ? "db-session + deadline + signal" : "db-session + deadline",
      wait() {
        if (!hasSignal) return { promise: pool.acquire() };
        const controller = new AbortController();
        return { promise: pool.acquire({ signal: controller.signal }), cancel: () => controller.abort(reason) };
      },
    };
  };

const pgPool =
  (hasTimeout: boolean): MakeFullPool =>
  async (timeoutMillis) => {
    const pool = makePgPool(1, hasTimeout ? (timeoutMillis ?? 30_000) : 0);
    const held = await pool.connect();
    return {
      end: () => held.release(),
      name: hasTimeout ? "pg-pool + timeout" : "pg-pool",
      wait: () => ({ promise: pool.connect() }),
    };
  };

const generic =
  (hasTimeout: boolean): MakeFullPool =>
  async (timeoutMillis) => {
    const pool = makeGenericPool(1, hasTimeout ? (timeoutMillis ?? 30_000) : undefined);
    const held = await pool.acquire();
    return {
      end: () => pool.release(held),
      name: hasTimeout ? "generic-pool + timeout" : "generic-pool",
      wait: () => ({ promise: Promise.resolve(pool.acquire()) }),
    };
  };

const tarn: MakeFullPool = async (timeoutMillis) => {
  const pool = makeTarnPool(1, timeoutMillis);
  const held = await pool.acquire().promise;
  return {
    end: () => pool.release(held),
    name: "tarn (has a timeout)",
    wait() {
      const pending = pool.acquire();
      return { promise: pending.promise, cancel: () => pending.abort() };
    },
  };
};

/** Heap that one waiter takes, with its promise; a signal's own listener, which is Node's, counts where there is a signal. */
export async function measureBytes(waiters: number): Promise<{ name: string; bytes: number }[]> {
  const results: { name: string; bytes: number }[] = [];
  for (const make of [pgPool(false), pgPool(true), generic(false), generic(true), tarn, queuePool(false)]) {
    const pool = await make();
    const promises = new Array<Promise<unknown>>(waiters).fill(Promise.resolve());
    await heapUsed();
    const before = await heapUsed();
    for (let index = 0; index < waiters; index += 1) promises[index] = pool.wait().promise;
    const bytes = ((await heapUsed()) - before) / promises.length;
    for (const promise of promises) promise.catch(() => {});
    keptToTheEnd.push(pool);
    results.push({ name: pool.name, bytes });
  }
  return results;
}

async function heapUsed(): Promise<number> {
  // What a collection finalizes is free after the next.
  for (let turn = 0; turn < 2; turn += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

export type CancelOrder = "oldest first" | "newest first" | "by timeout";

export interface CancelCost {
  readonly name: string;
  readonly order: CancelOrder;
  /** Nanoseconds for each waiter, one for each count. */
  readonly nanos: readonly number[];
}

/** What it takes to give up so many waiters. Errors are made without stacks meanwhile: capturing those costs more than anything else. */
export async function measureCancel(counts: readonly number[]): Promise<CancelCost[]> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const results: CancelCost[] = [];
    const cases: [MakeFullPool, CancelOrder][] = [
      [queuePool(true), "oldest first"],
      [queuePool(true), "newest first"],
      [tarn, "oldest first"],
      [tarn, "newest first"],
      [queuePool(false), "by timeout"],
      [tarn, "by timeout"],
      [pgPool(true), "by timeout"],
      [generic(true), "by timeout"],
    ];
    for (const [make, order] of cases) {
      const nanos: number[] = [];
      let name = "";
      for (const count of counts) {
        // By timeout: long enough for all of them to be waiting by then.
        const pool = await make(order === "by timeout" ? 50 + Math.ceil(count / 40) : 1e6);
        name = pool.name;
        nanos.push((await timeCancel(pool, count, order)) / count);
        await pool.end();
      }
      results.push({ name, order, nanos });
    }
    return results;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function timeCancel(pool: FullPool, count: number, order: CancelOrder): Promise<number> {
  const waiting = Array.from({ length: count }, () => pool.wait());
  if (order === "newest first") waiting.reverse();
  const firstEnd = order === "by timeout" ? waiting[0]!.promise.catch(() => performance.now()) : undefined;
  const ends = Promise.allSettled(waiting.map(({ promise }) => promise));
  let start = performance.now();
  if (firstEnd) start = (await firstEnd) as number;
  else for (const { cancel } of waiting) cancel!();
  await ends;
  return (performance.now() - start) * 1e6;
}
