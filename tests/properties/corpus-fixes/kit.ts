import { behaviour } from "./behaviour.js";
import { isSessionRole } from "./described-call.js";
import { leaseStandIn } from "./leases.js";
import type { Mark, Marks } from "./marks.js";
import { makeStandIn, standInOf, type StandIn } from "./stand-ins.js";
import { tell } from "./tell.js";
import type { World } from "./world.js";

const now = 1_700_000_000_000;

/** What an instrumented program asks. */
export class Kit {
  readonly #world: World;
  readonly #marks: Marks;
  #last: unknown;
  readonly Base: new () => object;

  constructor(world: World, marks: Marks) {
    this.#world = world;
    this.#marks = marks;
    this.Base = class {};
    // What a class inherits, and its fields, are found behind its own methods.
    const fields = this.unknown("this");
    const behind: ProxyHandler<object> = {
      get: (_target, key) => Reflect.get(fields, key) as unknown,
      set(_target, key, value, receiver: object) {
        behaviour.keep(value);
        return Reflect.defineProperty(receiver, key, { value, writable: true, configurable: true, enumerable: true });
      },
    };
    Object.setPrototypeOf(this.Base.prototype, new Proxy({}, behind));
  }

  readonly JSON = {
    stringify: (value: unknown): string => tell(value),
    parse: (text: unknown): unknown => {
      try {
        return JSON.parse(String(text));
      } catch {
        return this.unknown(`parsed ${String(text)}`);
      }
    },
  };

  /** The time does not pass. */
  readonly Date = class extends Date {
    constructor(...given: [] | [number]) {
      super(given.length === 0 || standInOf(given[0]) ? now : given[0]);
    }
    static override now(): number {
      return now;
    }
  };

  unknown(name: string): object {
    return makeStandIn(name, this.#world, behaviour).proxy;
  }

  bound(object: Record<string, (...args: unknown[]) => unknown>, name: string): unknown {
    return object[name]!.bind(object);
  }

  readonly lease = (source: unknown, ...rest: unknown[]): Promise<unknown> => leaseStandIn(source, rest);

  /** The linter knows what `value` is. */
  is(value: unknown, key: string): unknown {
    const standIn = standInOf(value);
    const mark = this.#marks.get(key);
    if (!standIn || standIn.role || !mark) return value;
    if (!mark.isPromised || !standIn.promise) {
      delete standIn.promise;
      this.#assume(standIn, mark);
    } else if (!standIn.promise.role) {
      standIn.promise.role = mark;
      const start = standIn.promise.start.bind(standIn.promise);
      let started: Promise<unknown> | undefined;
      standIn.promise.start = () =>
        (started ??= start().then((settled) => {
          const given = standInOf(settled);
          if (given) this.#assume(given, mark);
          return settled;
        }));
    }
    return value;
  }

  before(): number {
    return this.#world.sessions.length;
  }

  /** `value` is what the call gave whose session is mended; since `before`, it may have opened it. */
  opened(before: number, value: unknown): unknown {
    const { mended, sessions } = this.#world;
    for (const session of sessions.slice(before)) mended.add(session.name);
    const note = (given: unknown): void => {
      const session = standInOf(given)?.session;
      if (session) mended.add(session.name);
    };
    note(value);
    if (value instanceof Promise) value.then(note, () => {});
    return value;
  }

  #assume(standIn: StandIn, mark: Mark): void {
    const { library, type, opens } = mark;
    standIn.role = { library, type };
    if (!isSessionRole(standIn.role) || standIn.session) return;
    standIn.session = this.#world.addSession(standIn.role, opens ? "open" : "borrowed", true);
    if (opens) standIn.name = standIn.session.name;
  }

  test(value: unknown): boolean {
    const standIn = standInOf(value);
    if (!standIn || standIn.role || standIn.session) return Boolean(value);
    return this.#world.answers.truthOf(standIn.name) === "true";
  }

  isTrue(value: unknown): boolean {
    this.#last = value;
    return this.test(value);
  }

  isThere(value: unknown): boolean {
    this.#last = value;
    const standIn = standInOf(value);
    if (!standIn || standIn.role || standIn.session) return value !== undefined && value !== null;
    return this.#world.answers.truthOf(standIn.name) !== "nothing";
  }

  last(): unknown {
    return this.#last;
  }

  isEqual(left: unknown, right: unknown): boolean {
    const standIn = standInOf(left) ?? standInOf(right);
    if (!standIn || left === right) return left === right;
    const other = standInOf(left) ? right : left;
    if (other === null || other === undefined) {
      return !standIn.role && !standIn.session && this.#world.answers.truthOf(standIn.name) === "nothing";
    }
    return this.#world.answers.isEqual(`${tell(left)} ${tell(right)}`);
  }

  turn(): void {
    this.#world.step();
  }

  /** Whether a loop goes on: asked anew each time, so that it ends. */
  again(value: unknown): boolean {
    const standIn = standInOf(value);
    if (!standIn) return Boolean(value);
    return this.#world.answers.lengthOf(this.#world.numbered(`again ${standIn.name}`)) > 1;
  }
}
