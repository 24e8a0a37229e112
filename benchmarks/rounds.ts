import { findMedian } from "./figures.js";

/** Something to be measured against others. */
export interface Contestant {
  readonly name: string;
  /** One user: does one piece of work after the other while `work.left` is above 0, and takes 1 off for each. */
  loop(work: Work, user: number): Promise<void>;
  close(): Promise<unknown>;
}

export interface Work {
  left: number;
}

export interface RoundOptions {
  users: number;
  rounds: number;
  /** About how long each contestant works in each round. */
  millis: number;
  /** `cpu` counts this process's time only, which other processes do not change: for work that waits for nobody. Default: `wall`. */
  time?: Time;
}

export type Time = "cpu" | "wall";

export interface Measurement {
  readonly name: string;
  /** Median of the rounds. */
  readonly perSecond: number;
  /** To each contestant in order: the median of the rounds' ratios, which a slower or faster minute of the machine leaves alone. */
  readonly ratios: readonly number[];
}

/** Lets the contestants work in turns; each round begins with another one. */
export async function measureRounds(
  contestants: readonly Contestant[],
  { users, rounds, millis, time = "wall" }: RoundOptions,
): Promise<Measurement[]> {
  const measure = (contestant: Contestant, amount: number): Promise<number> =>
    timeWork(contestant, users, amount, time);
  const amounts: number[] = [];
  for (const contestant of contestants) {
    amounts.push(await findAmount((amount) => measure(contestant, amount), users, millis));
  }

  const speeds: number[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (round + turn) % contestants.length;
      const amount = amounts[index]!;
      speeds[index]!.push((amount / (await measure(contestants[index]!, amount))) * 1_000);
    }
  }
  return contestants.map(({ name }, index) => ({
    name,
    perSecond: findMedian(speeds[index]!),
    ratios: contestants.map((_, base) =>
      findMedian(speeds[index]!.map((speed, round) => speed / speeds[base]![round]!)),
    ),
  }));
}

/** How much work takes about so long; warms up by the way. */
async function findAmount(
  measure: (amount: number) => Promise<number>,
  users: number,
  millis: number,
): Promise<number> {
  // One piece for each user at least, or there would be fewer users.
  for (let amount = 2 * users; ; amount *= 2) {
    // The faster of two: what else the machine does must not make the amount so small that starting is all that is timed.
    const taken = Math.min(await measure(amount), await measure(amount));
    if (taken >= millis / 2 || amount > 1e7) return Math.max(2 * users, Math.round((amount * millis) / taken));
  }
}

/** @returns milliseconds */
async function timeWork(contestant: Contestant, users: number, amount: number, time: Time): Promise<number> {
  const work = { left: amount };
  const read = time === "wall" ? () => performance.now() : cpuMillis;
  const start = read();
  await Promise.all(Array.from({ length: users }, (_, user) => contestant.loop(work, user)));
  return read() - start;
}

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
