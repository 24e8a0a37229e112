import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../runtime/src/pool/pool.js";
import { commandFrom } from "./pool-model/commands.js";
import { live } from "./pool-model/life.js";

const settings: PoolSettings = {
  poolSize: 1,
  maxOverflow: 0,
  poolTimeoutMillis: Infinity,
  poolRecycleMillis: Infinity,
  idleTimeoutMillis: Infinity,
  minIdle: 0,
  poolPrePing: false,
  pingAfterMillis: 0,
  poolUseLifo: false,
  poolResetOnReturn: "rollback",
  maxWaiting: Infinity,
  maxConnecting: 1,
  leakWarningMillis: Infinity,
  closeTimeoutMillis: 20,
  drainMillis: 10_000,
};

interface Regression {
  name: string;
  settings?: Partial<PoolSettings>;
  commands: string[];
}

/** Lives that once went wrong, as the model test shrank them. */
const regressions: Regression[] = [
  {
    name: "a caller waits on after a failure, although the attempt before its own has succeeded",
    settings: { poolTimeoutMillis: 30_000 },
    commands: ["resize([2,0])", 'connect("refuses")', "acquireMany(2)", 'connect("works")', "acquireMany(2)"],
  },
  {
    name: "connect listeners that invalidate each connection have the pool connect without end",
    commands: ['listener(["connect","invalidates"])', 'acquire("no signal")'],
  },
  {
    name: "the throttle outlives the last caller who waited",
    settings: { poolTimeoutMillis: 1_000, maxOverflow: 1, poolRecycleMillis: 20_000 },
    commands: [
      'connect("sometimes")',
      "acquireMany(4)",
      "advance(31000)",
      "acquireInNextListener",
      "release(0)",
      "acquireInNextListener",
      "release(0)",
    ],
  },
  {
    name: "an attempt that listeners refused keeps others waiting until its connection is closed",
    settings: { poolTimeoutMillis: 30 },
    commands: [
      'listener(["connect","invalidates"])',
      'acquire("no signal") (then 0 turns)',
      'close("slow") (then 0 turns)',
      "advance(6000) (then 0 turns)",
      "resize([1,1])",
      "acquireMany(2)",
      "advance(0)",
    ],
  },
];

describe("lives of a pool that once went wrong", () => {
  it.each(regressions)("$name", async ({ settings: changed, commands }) => {
    await live({ settings: { ...settings, ...changed }, seed: 0, heals: false }, commands.map(commandFrom));
  });

  // The slot was lost when the caller left in one of the turns between the end of the test and the hand-over.
  const turns = Array.from({ length: 12 }, (_, turn) => turn);
  it.each(turns)("a caller aborts %i turns after its connection's test began", async (turn) => {
    const commands = [
      'acquire("no signal")',
      "release(0)",
      `acquire("signal") (then ${turn} turns)`,
      "abort(0)",
      "advance(1)",
    ];
    const pinging = { ...settings, poolPrePing: true };
    await live({ settings: pinging, seed: 0, heals: false }, commands.map(commandFrom));
  });

  it.each(turns)("the pool is retired %i turns after a connection's test began", async (turn) => {
    const commands = ['acquire("no signal")', "release(0)", `acquire("signal") (then ${turn} turns)`, "retire"];
    const pinging = { ...settings, poolPrePing: true };
    await live({ settings: pinging, seed: 0, heals: false }, commands.map(commandFrom));
  });
});

it("knows no command of another name", () => {
  expect(() => commandFrom("acquireAll(3)")).toThrow("There is no command acquireAll.");
});
