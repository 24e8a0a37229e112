import type { ArgumentPattern, CallDescription, Effect, Manner, TypeName } from "../../../src/libraries/description.js";
import { lineage } from "../../../src/resolve/entity.js";
import { makeStandIn, standInOf, type Behaviour, type StandIn, type Through } from "./stand-ins.js";
import { callUnknown } from "./unknown-calls.js";
import { Failure, type Role, type Session } from "./world.js";

type Callback = (...args: unknown[]) => unknown;

/** A call that a library's description speaks of: it does to sessions what the description says. */
export function callDescribed(
  receiver: StandIn,
  member: string,
  calls: readonly CallDescription[],
  args: readonly unknown[],
  behaviour: Behaviour,
): unknown {
  const description = calls.find(({ when }) => !when || fits(when, args)) ?? {};
  const call = new DescribedCall(receiver, member, description, args, behaviour);
  return call.act(description.effect);
}

function fits(
  { function: wantsFunction, minimum, maximum, firstIs }: ArgumentPattern,
  args: readonly unknown[],
): boolean {
  if (minimum !== undefined && args.length < minimum) return false;
  if (maximum !== undefined && args.length > maximum) return false;
  if (firstIs !== undefined && typeof args[0] !== firstIs) return false;
  return (
    wantsFunction === undefined || wantsFunction === args.some((arg) => typeof arg === "function" && !standInOf(arg))
  );
}

class DescribedCall {
  constructor(
    readonly receiver: StandIn,
    readonly member: string,
    readonly description: CallDescription,
    readonly args: readonly unknown[],
    readonly behaviour: Behaviour,
  ) {}

  act(effect: Effect | undefined): unknown {
    const { world, session } = this.receiver;
    switch (effect?.kind) {
      case "open":
        return this.#open(effect);
      case "close":
        return this.#close(effect);
      case "scope":
        return this.#scope(effect);
      case "manualFinish":
        return session ? this.#finish(effect.manner, session) : this.#other();
      case "take":
        return session ? this.#take(session) : this.#other();
      case "begin":
        return session ? this.#begin(session) : this.#other();
      case "commit":
        return session ? this.#commit(session) : this.#other();
      case "rollback":
        return session ? this.#rollBack(session) : this.#other();
      case "query":
        return session ? this.#query(session, this.args[effect.text]) : this.#other();
      case "dispose":
        if (effect.closesSessions)
          for (const open of world.sessions) if (open.status === "open") open.status = "closed";
        return this.#other();
      default:
        return this.#other();
    }
  }

  get #name(): string {
    return `${this.receiver.name}.${this.member}`;
  }

  #roleOf(type: TypeName): Role {
    return { library: this.receiver.role!.library, type };
  }

  /** Recorded as an unknown call is, but it gives what the description says. */
  #other(): unknown {
    const { receiver, description, behaviour } = this;
    const method = makeStandIn(this.#name, receiver.world, behaviour, { session: receiver.session });
    const { returns } = description;
    if (!returns || returns.array) return callUnknown(method, this.args, behaviour);
    const role = this.#roleOf(returns.type);
    if (returns.promised) return callUnknown(method, this.args, behaviour, { role, session: receiver.session });
    const name = receiver.world.numbered(`${this.#name}()`);
    receiver.world.record(name);
    return makeStandIn(name, receiver.world, behaviour, { role, session: receiver.session }).proxy;
  }

  #open(effect: Extract<Effect, { kind: "open" }>): unknown {
    const { receiver, args, behaviour, description } = this;
    const { world } = receiver;
    const role = this.#roleOf(effect.session);
    const session = world.addSession(role, "opening", !effect.lazy);
    const open = (): unknown => {
      session.status = "open";
      if (session.facts?.isTransaction) world.begin(session);
      return makeStandIn(session.name, world, behaviour, { role, session }).proxy;
    };
    const key = `opening of ${session.name}`;
    if (effect.receiver) {
      receiver.session = session;
      (receiver as { name: string }).name = session.name;
      return this.#settled(key, () => void (session.status = "open"));
    }
    if (effect.callback) {
      const { argument, error, session: position, close } = effect.callback;
      const callback = (argument === "last" ? args.at(-1) : args[argument]) as Callback;
      const given: unknown[] = [];
      void this.#inTime(async () => {
        await Promise.resolve();
        const failure = failureAt(key, this);
        if (error !== undefined) given[error] = failure ?? null;
        given[position] = failure ? undefined : open();
        if (close !== undefined)
          given[close] = () => world.close(session, session.facts?.closeWithOpenTransaction ?? "kept");
        await callback(...given);
      });
      return undefined;
    }
    return description.returns?.promised ? this.#settled(key, open) : open();
  }

  async #inTime(run: () => Promise<void>): Promise<void> {
    const { world } = this.receiver;
    try {
      await run();
    } catch (error) {
      world.endings.push(`callback rejected: ${String(error)}`);
    }
  }

  #close({ manner, argument }: Extract<Effect, { kind: "close" }>): unknown {
    const session = argument === undefined ? this.receiver.session : standInOf(this.args[argument])?.session;
    if (!session) return this.#other();
    this.#end(manner, session);
    return this.#surely();
  }

  #end(manner: Manner, session: Session): void {
    const { world } = this.receiver;
    if (manner === "commit") world.commit(session);
    if (manner === "rollback") world.rollBack(session);
    world.close(session, manner === "destroy" ? "rollback" : (session.facts?.closeWithOpenTransaction ?? "kept"));
  }

  /** By hand, in a callback scope: what the scope would have ended. */
  #finish(manner: Manner, session: Session): unknown {
    const { world } = this.receiver;
    if (manner === "commit") world.commit(session);
    else if (manner === "rollback") world.rollBack(session);
    else world.endings.push(`close ${session.name}`);
    session.isInTransaction = false;
    return this.#surely();
  }

  #take(session: Session): unknown {
    const { world } = this.receiver;
    world.noteUse(session, this.#name);
    return this.#later("take", () => void (session.isTaken = true));
  }

  #begin(session: Session): unknown {
    const { world } = this.receiver;
    world.noteUse(session, this.#name);
    return this.#later("begin", () => world.begin(session));
  }

  #commit(session: Session): unknown {
    const { world } = this.receiver;
    world.use(session, this.#name);
    return this.#later("commit", () => world.commit(session));
  }

  #rollBack(session: Session): unknown {
    const { world } = this.receiver;
    world.use(session, this.#name);
    world.rollBack(session);
    return this.#surely();
  }

  #query(session: Session, text: unknown): unknown {
    const statement =
      typeof text === "string" ? /^\s*(begin|start\s+transaction|commit|rollback)\b/iu.exec(text)?.[1] : "";
    switch (statement?.toLowerCase()) {
      case undefined:
      case "":
        return this.#other();
      case "commit":
        return this.#commit(session);
      case "rollback":
        return this.#rollBack(session);
      default:
        return this.#begin(session);
    }
  }

  #scope({ callback, parameters }: Extract<Effect, { kind: "scope" }>): unknown {
    const { receiver, behaviour, args } = this;
    const { world } = receiver;
    const index = callback === "last" ? args.length - 1 : callback;
    const work = args[index];
    if (typeof work !== "function") return this.#other();
    const type = parameters.find((parameter) => parameter !== undefined) ?? receiver.role!.type;
    const nested = receiver.session;
    const session = nested ?? world.addSession(this.#roleOf(type), "opening", true);
    const isTransaction = session.facts?.isTransaction === true || /transact|begin|tx/i.test(this.member);
    const run = async (): Promise<unknown> => {
      session.status = session.status === "opening" ? "open" : session.status;
      if (isTransaction) world.begin(session);
      const given = parameters.map((parameter) =>
        makeStandIn(session.name, world, behaviour, {
          session,
          ...(parameter ? { role: this.#roleOf(parameter) } : {}),
        }),
      );
      let result: unknown;
      try {
        result = await (work as Callback)(...given.map(({ proxy }) => proxy));
        // What was committed by hand is committed once.
        if (session.isInTransaction) world.commit(session);
      } finally {
        if (isTransaction && session.isInTransaction) world.rollBack(session);
        if (!nested && session.status === "open") world.close(session, "rollback");
      }
      return result;
    };
    return this.#settled(`opening of ${session.name}`, run, false);
  }

  /** A promise whose failure may be planned. */
  #later(what: string, act: () => void): unknown {
    const { receiver } = this;
    const name = receiver.world.numbered(`${what} of ${receiver.session?.name ?? receiver.name}`);
    return this.#settled(name, act);
  }

  #settled(name: string, result: () => unknown, mayBeSilent = true): unknown {
    const { world } = this.receiver;
    const started = world.settle(name, result);
    started.catch((error: unknown) => {
      if (!mayBeSilent && !(error instanceof Failure)) world.endings.push(`${name} rejected`);
    });
    return started;
  }

  /** A close or rollback, which does not fail here: by which error that is told is an accepted difference. */
  #surely(): unknown {
    return Promise.resolve();
  }
}

function failureAt(key: string, { receiver }: DescribedCall): Failure | undefined {
  try {
    receiver.world.failIfPlanned(key);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** A statement that the engine runs on a session of its own. */
export function callThrough(
  { world }: StandIn,
  { role, path }: Through,
  args: readonly unknown[],
  behaviour: Behaviour,
): Promise<unknown> {
  const session = world.addSession(role, "opening", true);
  const run = async (): Promise<unknown> => {
    session.status = "open";
    const method = makeStandIn(`${session.name}.${path}`, world, behaviour, { session });
    try {
      return await callUnknown(method, args, behaviour);
    } finally {
      world.close(session, "rollback");
    }
  };
  const started = world.settle(`opening of ${session.name}`, run);
  started.catch(() => {});
  return started;
}

export function isSessionRole({ library, type }: Role): boolean {
  return lineage(library, type).some((name) => library.types[name]?.role === "session");
}
