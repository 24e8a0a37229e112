import { fileURLToPath } from "node:url";
import { startPostgres } from "../tests/support/postgres.js";
import { makeFakeContestants } from "./fake-contestants.js";
import { formatTable } from "./figures.js";
import {
  type Clients,
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
  const makeFakes = (): Contestant[] => makeFakeContestants(options.poolSize);
  await compare("Acquire + release, fake driver", makeFakes, { ...options, time: "cpu" }, print, [
    { ours: "db-session pool", base: 0, least: () => 1 },
    { ours: "db-session pool", base: 1, least: () => 1.5 },
  ]);
  await printWaiters(options, print);

  const onPostgres = (make: (clients: Clients) => Contestant[]) => (): Contestant[] => {
    const clients = makeClients(url, options.poolSize);
    return make(clients).map((contestant, index) =>
      index === 0 ? { ...contestant, close: clients.close } : contestant,
    );
  };
  await compare("PostgreSQL: one SELECT", onPostgres(makeQueryContestants), options, print, [
    { ours: "db-session", base: 0, least: () => 0.95 },
  ]);
  const ofSessions = onPostgres(makeSessionContestants);
  await compare("PostgreSQL: session scope with one SELECT", ofSessions, options, print, [
    { ours: "db-session", base: 0, least: () => 0.95 },
  ]);
  const ofTransactions = onPostgres(makeTransactionContestants);
  await compare("PostgreSQL: BEGIN + statement + COMMIT", ofTransactions, options, print, [
    { ours: "db-session", base: 0, least: (users) => (users === 1 ? 1.1 : 1.3) },
  ]);
}

/** Each number of users gets pools of its own: connections that many users left behind would be idle ones for a single user. */
async function compare(
  title: string,
  make: () => Contestant[],
  { users, rounds, millis, time = "wall" }: BenchmarkOptions & { time?: Time },
  print: Print,
  targets: readonly Target[],
): Promise<void> {
  const columns: Measurement[][] = [];
  for (const count of users) {
    const contestants = make();
    columns.push(await measureRounds(contestants, { users: count, rounds, millis, time }));
    for (const contestant of contestants) await contestant.close();
  }

  const names = columns[0]!.map(({ name }) => name);
  const rows = names.map((name, index) => [
    name,
    ...columns.map((column) => `${formatSpeed(column[index]!.perSecond)} (${column[index]!.ratios[0]!.toFixed(2)}x)`),
  ]);
  const judgements = targets.map(({ ours, base, least }) => {
    const index = names.findIndex((name) => name.startsWith(ours));
    return [
      `target: ${ours} to ${names[base]!}`,
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
