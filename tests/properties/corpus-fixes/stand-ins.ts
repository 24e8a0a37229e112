import type { Role, Session, World } from "./world.js";

/** Something of which nothing is known: it can be called, made, waited for, iterated, and keeps record of it. */
export interface StandIn {
  name: string;
  readonly world: World;
  readonly proxy: object;
  readonly members: Map<PropertyKey, unknown>;
  role?: Role;
  /** The session that it is, or whose connection it works on. */
  session?: Session;
  /** The engine's way to run a statement: a call of it, or of what it leads to, opens a session for itself. */
  readonly through?: Through;
  /** What it settles with where it may be a promise. */
  promise?: Settling;
  /** What calling it does, where that is known. */
  readonly act?: (args: readonly unknown[]) => unknown;
}

export interface Through {
  readonly role: Role;
  /** What is called of the session: `manager.save`. */
  readonly path: string;
}

/** What a call settles with; begun when somebody asks for it. */
export interface Settling {
  start(): Promise<unknown>;
  /** What an `await` of it will be, as the linter knows. */
  role?: Role;
  opens?: boolean;
}

const standIns = new WeakMap<object, StandIn>();

export function standInOf(value: unknown): StandIn | undefined {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject ? standIns.get(value) : undefined;
}

export interface StandInOptions {
  readonly role?: Role | undefined;
  readonly session?: Session | undefined;
  readonly through?: Through | undefined;
  readonly promise?: Settling;
  readonly act?: (args: readonly unknown[]) => unknown;
}

export interface Member {
  readonly value: unknown;
  /** It is asked for anew each time. */
  readonly changes?: boolean;
}

/** How the traps ask for what the libraries' descriptions say, and for what a call does. */
export interface Behaviour {
  /** A member that a role gives; undefined where it says nothing of it. */
  memberOf(standIn: StandIn, key: PropertyKey): Member | undefined;
  call(standIn: StandIn, args: readonly unknown[], isNew: boolean): unknown;
  /** Something kept where the program's end does not end it. */
  keep(value: unknown): void;
}

export function makeStandIn(name: string, world: World, behaviour: Behaviour, options: StandInOptions = {}): StandIn {
  const shortName = name.length > 300 ? `…${name.slice(-300)}` : name;
  const members = new Map<PropertyKey, unknown>();
  const target = function () {}.bind(undefined) as object;
  for (const key of Reflect.ownKeys(target)) Reflect.deleteProperty(target, key);
  const proxy = new Proxy(
    target,
    traps(() => standIn, behaviour),
  );
  const standIn: StandIn = { name: shortName, world, proxy, members, ...options };
  standIns.set(proxy, standIn);
  return standIn;
}

function traps(self: () => StandIn, behaviour: Behaviour): ProxyHandler<object> {
  return {
    get: (_target, key) => get(self(), key, behaviour),
    set(_target, key, value) {
      behaviour.keep(value);
      self().members.set(key, value);
      return true;
    },
    has: (_target, key) => self().members.has(key) || self().world.answers.isEqual(`${self().name} has ${String(key)}`),
    deleteProperty: (_target, key) => {
      self().members.delete(key);
      return true;
    },
    ownKeys: () => [],
    apply: (_target, _this, args: unknown[]) => behaviour.call(self(), args, false),
    construct: (_target, args: unknown[]) => behaviour.call(self(), args, true) as object,
    defineProperty: () => true,
    setPrototypeOf: () => true,
  };
}

const thenables = new Set<PropertyKey>(["then", "catch", "finally"]);
const arrayMethods = new Set<PropertyKey>(
  "map forEach filter some every find findIndex findLast reduce reduceRight flatMap sort toSorted".split(" "),
);

function get(standIn: StandIn, key: PropertyKey, behaviour: Behaviour): unknown {
  const { members, promise } = standIn;
  if (members.has(key)) return members.get(key);
  const described = behaviour.memberOf(standIn, key);
  if (described) {
    if (!described.changes) members.set(key, described.value);
    return described.value;
  }
  if (thenables.has(key)) return promise && thenableMember(promise, key as "then");
  const value = typeof key === "symbol" ? symbolMember(standIn, key, behaviour) : plainMember(standIn, key, behaviour);
  if (typeof key !== "symbol") members.set(key, value);
  return value;
}

function thenableMember(promise: Settling, key: "then" | "catch" | "finally"): unknown {
  return (...args: never[]) => (promise.start()[key] as (...args: never[]) => unknown).apply(promise.start(), args);
}

function plainMember(standIn: StandIn, key: PropertyKey, behaviour: Behaviour): unknown {
  const { name, world, session, through } = standIn;
  const text = String(key);
  if (text === "length") return world.answers.lengthOf(name);
  if (text === "prototype") return {};
  if (text === "toJSON") return () => `<${name}>`;
  if (text === "toString") return () => `<${name}>`;
  if (text === "bind" || text === "call" || text === "apply") return functionMember(standIn, text, behaviour);
  if (/^\d+$/.test(text)) return itemsOf(standIn, behaviour)[Number(text)];
  const options = { session, through: through && { ...through, path: `${through.path}.${text}` } };
  if (!arrayMethods.has(key)) return makeStandIn(`${name}.${text}`, world, behaviour, options).proxy;
  const method = makeStandIn(`${name}.${text}`, world, behaviour, options);
  return (...args: unknown[]) => {
    if (typeof args[0] !== "function" || standInOf(args[0])) return behaviour.call(method, args, false);
    world.step();
    return (itemsOf(standIn, behaviour) as unknown as Record<string, (...args: unknown[]) => unknown>)[text]!(...args);
  };
}

function functionMember(standIn: StandIn, key: "bind" | "call" | "apply", behaviour: Behaviour): unknown {
  const call = (...args: unknown[]): unknown => behaviour.call(standIn, args, false);
  if (key === "bind") return (_this: unknown, ...first: unknown[]) => call.bind(undefined, ...first);
  if (key === "call") return (_this: unknown, ...args: unknown[]) => call(...args);
  return (_this: unknown, args: Iterable<unknown>) => call(...args);
}

const items = new WeakMap<StandIn, unknown[]>();

export function itemsOf(standIn: StandIn, behaviour: Behaviour): unknown[] {
  let list = items.get(standIn);
  if (!list) {
    const { name, world } = standIn;
    list = Array.from(
      { length: world.answers.lengthOf(name) },
      (_, index) => makeStandIn(`${name}[${index}]`, world, behaviour).proxy,
    );
    items.set(standIn, list);
  }
  return [...list];
}

function symbolMember(standIn: StandIn, key: symbol, behaviour: Behaviour): unknown {
  const { name, world } = standIn;
  switch (key) {
    case Symbol.iterator:
      return () => itemsOf(standIn, behaviour)[Symbol.iterator]();
    case Symbol.asyncIterator:
      return async function* () {
        for (const item of itemsOf(standIn, behaviour)) {
          yield await world.settle(world.numbered(`next of ${name}`), () => item);
        }
      };
    case Symbol.toPrimitive:
      return (hint: string) => (hint === "number" ? world.answers.numberOf(name) : `<${name}>`);
    case Symbol.hasInstance:
      return (value: unknown) => world.answers.isEqual(`${name} made ${value instanceof Error ? value.name : ""}`);
    case Symbol.asyncDispose:
    case Symbol.dispose:
      return () => undefined;
    default:
      return undefined;
  }
}
