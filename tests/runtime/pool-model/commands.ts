import fc from "fast-check";
import { check } from "./checks.js";
import type { ConnectMode, ListenerMode, PoolWorld, ServerMode } from "./world.js";

/** What happens before the next command: everything that needs no time, and the checks; or so many turns of the promises. */
type Pace = "settle" | number;

export class Command implements fc.AsyncCommand<PoolWorld, PoolWorld> {
  constructor(
    readonly text: string,
    readonly pace: Pace,
    readonly isPossible: (world: PoolWorld) => boolean,
    readonly act: (world: PoolWorld) => void | Promise<void>,
  ) {}

  check(world: Readonly<PoolWorld>): boolean {
    return this.isPossible(world as PoolWorld);
  }

  async run(_: PoolWorld, world: PoolWorld): Promise<void> {
    // Something may have happened since the check.
    if (this.isPossible(world)) await this.act(world);
    if (this.pace !== "settle") {
      for (let turn = 0; turn < this.pace; turn++) await Promise.resolve();
      return;
    }
    await world.clock.settle();
    check(world);
  }

  toString(): string {
    return this.pace === "settle" ? this.text : `${this.text} (then ${this.pace} turns)`;
  }
}

/** What commands do, by name. */
const definitions = new Map<
  string,
  {
    act: (world: PoolWorld, argument: never) => void | Promise<void>;
    isPossible: (world: PoolWorld, argument: never) => boolean;
  }
>();

function makeCommand(name: string, argument: unknown, pace: Pace): Command {
  const definition = definitions.get(name);
  if (!definition) throw new Error(`There is no command ${name}.`);
  return new Command(
    argument === undefined ? name : `${name}(${JSON.stringify(argument)})`,
    pace,
    (world) => definition.isPossible(world, argument as never),
    (world) => definition.act(world, argument as never),
  );
}

/** A command as a counterexample shows it, such as `acquireMany(2) (then 3 turns)`. */
export function commandFrom(text: string): Command {
  const [, name = "", argument, turns] = /^(\w+)(?:\((.*?)\))?(?: \(then (\d+) turns\))?$/.exec(text) ?? [];
  return makeCommand(name, argument && JSON.parse(argument), turns === undefined ? "settle" : Number(turns));
}

const pace = fc.oneof({ weight: 3, arbitrary: fc.constant<Pace>("settle") }, { weight: 2, arbitrary: fc.nat(6) });
const index = fc.nat(20);

function command<T>(
  name: string,
  argument: fc.Arbitrary<T>,
  act: (world: PoolWorld, argument: T) => void | Promise<void>,
  isPossible: (world: PoolWorld, argument: T) => boolean = () => true,
): fc.Arbitrary<Command> {
  definitions.set(name, { act, isPossible });
  return fc.tuple(argument, pace).map(([value, howFar]) => makeCommand(name, value, howFar));
}

/** A command on one of those that there are at that time. */
function on<T>(
  name: string,
  list: (world: PoolWorld) => readonly T[],
  act: (world: PoolWorld, item: T) => void,
): fc.Arbitrary<Command> {
  const pick = (world: PoolWorld, number: number): void => {
    const items = list(world);
    act(world, items[number % items.length]!);
  };
  return command(name, index, pick, (world) => list(world).length > 0);
}

const nothing = fc.constant(undefined);
const serverMode = fc.constantFrom<ServerMode>("works", "works", "slow", "fails", "hangs");
const live = (world: PoolWorld): PoolWorld["holders"] => world.live;
const canQuery = (world: PoolWorld): PoolWorld["holders"] =>
  world.live.filter(({ connection: { status } }) => status !== "busy" && status !== "dead");

const acquire = command("acquire", fc.constantFrom("no signal", "signal", "shared", "aborted"), (world, kind) => {
  const controller = kind === "shared" ? world.sharedController : new AbortController();
  if (kind === "aborted") controller.abort(new Error("aborted before"));
  world.acquire(kind === "no signal" ? undefined : controller);
});
const acquireMany = command("acquireMany", fc.integer({ min: 2, max: 6 }), (world, count) => {
  for (let turn = 0; turn < count; turn++) world.acquire(new AbortController());
});
const release = on("release", live, (world, holder) => world.release(holder));
const advance = command("advance", fc.constantFrom(0, 1, 10, 25, 100, 1_000, 6_000, 31_000), (world, millis) =>
  world.clock.advance(millis),
);
const query = command(
  "query",
  fc.record({ number: index, sql: fc.constantFrom("begin", "begin", "insert", "bad", "slow", "slow", "hang") }),
  (world, { number, sql }) => {
    const holders = canQuery(world);
    world.track("statement", holders[number % holders.length]!.connection.query(sql));
  },
  (world) => canQuery(world).length > 0,
);

const lifeOfHolders = [
  on("releaseTwice", live, (world, holder) => {
    world.release(holder);
    world.track("release", holder.checkout.release());
  }),
  on(
    "releaseAgain",
    (world) => world.holders.filter(({ hasEnded }) => hasEnded),
    (world, { checkout }) => {
      world.track("release", checkout.release());
      checkout.invalidate();
      checkout.invalidateSoft();
      checkout.detach();
    },
  ),
  on("releaseAndAcquire", live, (world, holder) => {
    world.release(holder);
    world.acquire();
  }),
  on("invalidate", live, (world, holder) => world.invalidate(holder)),
  on("invalidateSoft", live, (world, holder) => world.invalidateSoft(holder)),
  on("detach", live, (world, holder) => world.detach(holder)),
  on(
    "abort",
    (world) => world.callers.filter(({ controller }) => controller),
    (_, { controller }) => controller?.abort(new Error("aborted")),
  ),
];

const faults = [
  command(
    "connect",
    fc.constantFrom<ConnectMode>("works", "works", "slow", "refuses", "sometimes", "hangs"),
    (world, mode) => world.setConnect(mode),
  ),
  on(
    "kill",
    (world) => world.driver.connections,
    (world, connection) => world.kill(connection, false),
  ),
  on(
    "killSilently",
    (world) => world.driver.connections,
    (world, connection) => world.kill(connection, true),
  ),
  on(
    "stall",
    (world) => world.driver.connections,
    (world, connection) => world.stall(connection),
  ),
  command("ping", serverMode, (world, mode) => world.setPing(mode)),
  command("reset", serverMode, (world, mode) => world.setReset(mode)),
  command("close", serverMode, (world, mode) => world.setClose(mode)),
  command("cancel", serverMode, (world, mode) => world.setCancel(mode)),
  command(
    "listener",
    fc.tuple(
      fc.constantFrom<"connect" | "checkout">("connect", "checkout"),
      fc.constantFrom<ListenerMode>(
        "none",
        "nothing",
        "slow",
        "query",
        "throws",
        "hangs",
        "invalidates",
        "invalidatesOnce",
      ),
    ),
    (world, [name, mode]) => world.setListener(name, mode),
  ),
  command("acquireInNextListener", nothing, (world) => world.acquireInNextListener()),
];

const limits = [
  command(
    "resize",
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 })),
    (world, [size, overflow]) => world.resize(size, overflow),
  ),
];
const ends = [
  command("retire", nothing, (world) => world.end("retire", world.pool.retire())),
  command("dispose", fc.constantFrom(0, 50, 10_000), (world, millis) =>
    world.end("dispose", world.pool.dispose(millis)),
  ),
];

const often = <T>(times: number, items: T[]): T[] => Array<T[]>(times).fill(items).flat();

/** Lives of a pool: most with some faults, a few with its end in the middle. */
export const lives = fc.oneof(
  {
    weight: 2,
    arbitrary: commandsOf([
      ...often(3, [acquire, acquireMany]),
      ...often(6, [release]),
      ...often(3, [advance, query]),
      ...lifeOfHolders,
    ]),
  },
  {
    weight: 4,
    arbitrary: commandsOf([
      ...often(5, [acquire, acquireMany]),
      ...often(8, [release]),
      ...often(7, [advance]),
      ...often(4, [query]),
      ...lifeOfHolders,
      ...faults,
      ...limits,
    ]),
  },
  {
    weight: 1,
    arbitrary: commandsOf([
      ...often(5, [acquire, acquireMany, release, advance]),
      ...often(3, [query]),
      ...lifeOfHolders,
      ...faults,
      ...limits,
      ...ends,
    ]),
  },
);

function commandsOf(arbitraries: fc.Arbitrary<Command>[]): fc.Arbitrary<Iterable<Command>> {
  return fc.commands(arbitraries, { maxCommands: 40, size: "max" }) as fc.Arbitrary<Iterable<Command>>;
}
