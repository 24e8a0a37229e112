import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngine,
  type AsyncSessionmaker,
  type PoolStatus,
} from "../runtime/src/index.js";
import { startPostgres } from "../tests/support/postgres.js";
import { watchConnections } from "../tests/support/server-connections.js";
import { findSlope, formatTable } from "./figures.js";

export interface SoakOptions {
  url: string;
  users: number;
  poolSize: number;
  millis: number;
  /** Times that the heap is measured. */
  heapSamples: number;
}

export interface SoakResult {
  transactions: number;
  errors: unknown[];
  /** Microseconds from asking for a connection to having it. */
  waits: RecordableHistogram;
  /** Callers who got a connection before somebody who had asked earlier. */
  overtakings: number;
  /** Bytes in use after garbage collection, at even intervals. Empty without `--expose-gc`. */
  heap: number[];
  /** The most connections that the pool counted, and that the server did. */
  highestTotal: number;
  highestOnServer: number;
  /** Before the engine was disposed of, when all users had gone. */
  statusAtEnd: PoolStatus;
  onServerAtEnd: number;
}

const NAME = "db-session-soak";

/** Many users on few connections, with short transactions one after the other; each second one asks for its connection itself, and times that. */
export async function soak({ url, users, poolSize, millis, heapSamples }: SoakOptions): Promise<SoakResult> {
  const named = new URL(url);
  named.searchParams.set("application_name", NAME);
  await using engine = createAsyncEngine(named.href, { poolSize, maxOverflow: 0 });
  await engine.query("drop table if exists soak");
  await engine.query("create table soak (id int primary key, n int not null)");
  await engine.query("insert into soak select id, 0 from generate_series(1, $1::int) as id", [users]);
  await using watch = await watchConnections(url, NAME, 50);

  const openSession = asyncSessionmaker(engine);
  const waits = createHistogram();
  const errors: unknown[] = [];
  let transactions = 0;
  let tickets = 0;
  let lastServed = 0;
  let overtakings = 0;
  let highestTotal = 0;

  const timedTransaction = async (user: number): Promise<void> => {
    const ticket = ++tickets;
    const start = performance.now();
    await using connection = await engine.connect();
    waits.record(Math.max(1, Math.round((performance.now() - start) * 1_000)));
    if (ticket < lastServed) overtakings += 1;
    lastServed = ticket;
    await connection.begin(() => connection.query("update soak set n = n + 1 where id = $1", [user]));
  };
  const stop = performance.now() + millis;
  const loops = Array.from({ length: users }, async (_, index) => {
    for (let turn = 0; performance.now() < stop; turn += 1) {
      try {
        await (turn % 2 === 0 ? timedTransaction(index + 1) : transaction(openSession, index + 1));
        transactions += 1;
      } catch (error) {
        errors.push(error);
        // A database that is away shall not turn this into a busy loop.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      highestTotal = Math.max(highestTotal, totalOf(engine.pool.status()));
    }
  });
  const heap = await sampleHeap(heapSamples, millis);
  await Promise.all(loops);

  const { rows } = await engine.query<{ sum: number }>("select sum(n)::int as sum from soak");
  if (rows[0]!.sum !== transactions)
    errors.push(new Error(`${transactions} commits were confirmed, ${rows[0]!.sum} found`));
  return {
    transactions,
    errors,
    waits,
    overtakings,
    heap,
    highestTotal,
    highestOnServer: watch.highest,
    statusAtEnd: await settledStatus(engine),
    onServerAtEnd: await watch.count(),
  };
}

async function transaction(openSession: AsyncSessionmaker, user: number): Promise<void> {
  await using session = openSession();
  await session.query("update soak set n = n + 1 where id = $1", [user]);
  await session.commit();
}

function totalOf({ idle, inUse, connecting, closing }: PoolStatus): number {
  return idle + inUse + connecting + closing;
}

/** The last session's connection may be on its way back. */
async function settledStatus({ pool }: AsyncEngine): Promise<PoolStatus> {
  for (let tries = 0; tries < 100 && pool.status().inUse + pool.status().closing > 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return pool.status();
}

/** The first sample comes after one interval: by then everything has run that is compiled or cached once. */
async function sampleHeap(samples: number, millis: number): Promise<number[]> {
  const heap: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    await new Promise((resolve) => setTimeout(resolve, millis / (samples + 1)));
    if (!globalThis.gc) continue;
    globalThis.gc();
    heap.push(process.memoryUsage().heapUsed);
  }
  return heap;
}

export function describeSoak(options: SoakOptions, result: SoakResult): string {
  const { waits, heap, statusAtEnd } = result;
  const millis = (micros: number): string => (micros / 1_000).toFixed(2);
  const median = waits.percentile(50);
  const minutes = options.millis / 60_000;
  const slope = (findSlope(heap) * (heap.length + 1)) / minutes / 1_024;
  return [
    `${options.users} users, pool ${options.poolSize}, ${options.millis / 1_000} s: ${result.transactions} transactions`,
    "",
    formatTable([
      ["wait for a connection, ms", "median", "p90", "p99", "p99.9", "max", "max / median", "overtakings"],
      [
        `${waits.count} timed`,
        ...[50, 90, 99, 99.9].map((percentile) => millis(waits.percentile(percentile))),
        millis(waits.max),
        (waits.max / median).toFixed(2),
        String(result.overtakings),
      ],
    ]),
    "",
    `errors: ${result.errors.length}${result.errors.length > 0 ? ` (first: ${String(result.errors[0])})` : ""}`,
    `heap after gc, MB: ${heap.map((bytes) => (bytes / 2 ** 20).toFixed(2)).join(" ")}`,
    `heap slope: ${slope.toFixed(1)} KB a minute`,
    `most connections: ${result.highestTotal} in the pool, ${result.highestOnServer} on the server`,
    `at the end: ${JSON.stringify(statusAtEnd)}, ${result.onServerAtEnd} on the server`,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await using server = await startPostgres();
  const seconds = Number(process.argv[2] ?? 60);
  const options = { url: server.url, users: 200, poolSize: 10, millis: seconds * 1_000, heapSamples: 11 };
  const result = await soak(options);
  console.log(describeSoak(options, result));
  process.exitCode = result.errors.length === 0 ? 0 : 1;
}
