import { fileURLToPath } from "node:url";
import { startPostgres } from "../tests/support/postgres.js";
import { makeFakeContestants } from "./fake-contestants.js";
import { formatTable } from "./figures.js";
import {
  makeClients,
  makeQueryContestants,
  makeSessionContestants,
  makeTransactionContestants,
} from "./postgres-contestants.js";
import { measureRounds, type Contestant, type Measurement, type Time } from "./rounds.js";
import { measureBytes, measureCancel } from "./waiters.js";

export interface BenchmarkOptions {
  rounds: number;
  /** About how long each contestant works in each round. */
  millis: number;
  users: readonly number[];
  poolSize: number;
  /** Waiters whose memory is measured. */
  waiters: number;
  /** Numbers of waiters that are cancelled. */
  cancelled: readonly number[];
}

type Print = (text: string) => void;

/** Which ratio a target asks for: ours to the contestant at `base`, at least so much for each number of users. */
interface Target {
  ours: string;
  base: number;
  least(users: number): number;
}

/** Runs everything against the server at `url`, and prints tables with the targets beside. */
export async function runBenchmark(url: string, options: BenchmarkOptions, print: Print): Promise<void> {
  const fakes = makeFakeContestants(options.poolSize);
  await compare("Acquire + release, fake driver", fakes, { ...options, time: "cpu" }, print, [
    { ours: "db-session pool", base: 0, least: () => 1 },
    { ours: "db-session pool", base: 1, least: () => 1.5 },
  ]);
  await printWaiters(options, print);

  const clients = makeClients(url, options.poolSize);
  try {
    await compare("PostgreSQL: one SELECT", makeQueryContestants(clients), options, print, [
      { ours: "db-session", base: 0, least: () => 0.95 },
    ]);
    await compare("PostgreSQL: session scope with one SELECT", makeSessionContestants(clients), options, print, [
      { ours: "db-session", base: 0, least: () => 0.95 },
    ]);
    await compare("PostgreSQL: BEGIN + statement + COMMIT", makeTransactionContestants(clients), options, print, [
      { ours: "db-session", base: 0, least: (users) => (users === 1 ? 1.1 : 1.3) },
    ]);
  } finally {
    await clients.close();
  }
}

/** Each number of users gets contestants in turns, which stay open in between. */
async function compare(
  title: string,
  contestants: readonly Contestant[],
  { users, rounds, millis, time = "wall" }: BenchmarkOptions & { time?: Time },
  print: Print,
  targets: readonly Target[],
): Promise<void> {
  const columns: Measurement[][] = [];
  for (const count of users) columns.push(await measureRounds(contestants, { users: count, rounds, millis, time }));
  for (const contestant of contestants) await contestant.close();

  const rows = contestants.map(({ name }, index) => [
    name,
    ...columns.map((column) => `${formatSpeed(column[index]!.perSecond)} (${column[index]!.ratios[0]!.toFixed(2)}x)`),
  ]);
  const judgements = targets.map(({ ours, base, least }) => {
    const index = contestants.findIndex(({ name }) => name.startsWith(ours));
    return [
      `target: ${ours} to ${contestants[base]!.name}`,
      ...columns.map((column, at) => {
        const ratio = column[index]!.ratios[base]!;
        const wanted = least(users[at]!);
        return `${ratio.toFixed(2)} of ${wanted.toFixed(2)} ${ratio >= wanted ? "met" : "MISSED"}`;
      }),
    ];
  });
  const head = [
    `${title}, a second${time === "cpu" ? " of processor time" : ""} (ratio)`,
    ...users.map((count) => `${count} users`),
  ];
  print(`${formatTable([head, ...rows, ...judgements])}\n`);
}

function formatSpeed(perSecond: number): string {
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M` : `${(perSecond / 1e3).toFixed(1)} k`;
}

async function printWaiters({ waiters, cancelled }: BenchmarkOptions, print: Print): Promise<void> {
  const bytes = await measureBytes(waiters);
  const target = (name: string, size: number): string =>
    name.startsWith("db-session") ? `of 400 ${size <= 400 ? "met" : "MISSED"}` : "";
  print(
    `${formatTable([
      [`Bytes a waiter, ${waiters} of them`, "bytes", "target"],
      ...bytes.map((row) => [row.name, row.bytes.toFixed(0), target(row.name, row.bytes)]),
    ])}\n`,
  );
  const costs = await measureCancel(cancelled);
  print(
    `${formatTable([
      ["Cancelling all waiters, ns each", "order", ...cancelled.map((count) => `${count} waiters`), "last to first"],
      ...costs.map(({ name, order, nanos }) => [
        name,
        order,
        ...nanos.map((each) => each.toFixed(0)),
        `${(nanos.at(-1)! / nanos[0]!).toFixed(1)}x`,
      ]),
    ])}\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rounds = Number(process.argv[2] ?? 15);
  {
    await using server = await startPostgres({ settings: { max_connections: "100" } });
    await runBenchmark(
      server.url,
      {
        rounds,
        millis: 100,
        users: [1, 10, 100, 1_000],
        poolSize: 10,
        waiters: 10_000,
        cancelled: [5_000, 20_000, 80_000],
      },
      console.log,
    );
  }
  process.exit(); // tarn's timers outlive the waiters that were cancelled
}
