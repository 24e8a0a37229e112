import type { Session } from "./world.js";
import { Failure } from "./world.js";
import {
  makeStandIn,
  standInOf,
  type Behaviour,
  type Settling,
  type StandIn,
  type StandInOptions,
} from "./stand-ins.js";
import { tell } from "./tell.js";

type Callback = (...args: unknown[]) => unknown;

/** A call of something unknown: recorded; it gives a stand-in that may be waited for, and calls callbacks back. */
export function callUnknown(
  standIn: StandIn,
  args: readonly unknown[],
  behaviour: Behaviour,
  result: Pick<StandInOptions, "role" | "session"> & { readonly isNew?: boolean } = {},
): unknown {
  const { world } = standIn;
  const name = world.numbered(`${standIn.name}()`);
  world.record(`${name} of ${args.map((arg) => tell(arg)).join(", ")}`);
  world.throwIfPlanned(name);
  for (const session of sessionsAmong(standIn, args)) world.use(session, name);
  for (const arg of args) {
    const given = standInOf(arg);
    if (given?.session && given.name === given.session.name) given.session.isHandedOver = true;
  }
  const callbacks = args.filter((arg): arg is Callback => typeof arg === "function" && !standInOf(arg));
  const session = result.session ?? standIn.session;
  let started: Promise<unknown> | undefined;
  const promise: Settling = {
    start: () => (started ??= run()),
    ...(result.role ? { role: result.role } : {}),
  };
  const run = async (): Promise<unknown> => {
    let given: unknown;
    if (callbacks.length === 0) await world.settle(name, () => undefined);
    else given = await callBack(name, callbacks, args[0] === "error", standIn, behaviour);
    if (given !== undefined) return given;
    // Rows and their like outlive the session that they came from.
    const { role } = promise;
    const settled = makeStandIn(name, world, behaviour, { role, session: role ? session : undefined });
    return settled.proxy;
  };
  const pending = makeStandIn(name, world, behaviour, { ...(result.isNew ? {} : { promise }), session });
  if (callbacks.length > 0) {
    promise.start().catch((error: unknown) => {
      if (world.isEndless) return;
      world.endings.push(`${name} rejected: ${tell(error)}`);
    });
  }
  return pending.proxy;
}

function sessionsAmong(standIn: StandIn, args: readonly unknown[]): Session[] {
  const given = args.flatMap((arg) => {
    const isPlain = typeof arg === "object" && arg !== null && !standInOf(arg) && !Array.isArray(arg);
    return isPlain ? [arg, ...(Object.values(arg) as unknown[])] : [arg];
  });
  const sessions = given.flatMap((arg) => standInOf(arg)?.session ?? []);
  return standIn.session ? [standIn.session, ...sessions] : sessions;
}

const takesError = /^(?:async\s*)?(?:function\s*\w*\s*)?\(?\s*(?:err|error|er|e)\b/;

async function callBack(
  name: string,
  callbacks: readonly Callback[],
  isErrorListener: boolean,
  { world }: StandIn,
  behaviour: Behaviour,
): Promise<unknown> {
  await Promise.resolve();
  const isErrorFirst = callbacks.some((callback) => takesError.test(Function.prototype.toString.call(callback)));
  if (!isErrorFirst) world.failIfPlanned(name);
  let result: unknown;
  for (const [index, callback] of callbacks.entries()) {
    const question = `${name} callback ${index}`;
    const argument = (position: number): unknown =>
      makeStandIn(`${question} argument ${position}`, world, behaviour).proxy;
    const takesErrorFirst = takesError.test(Function.prototype.toString.call(callback));
    if (takesErrorFirst && callbacks.length === 1) {
      result = await callback(errorOf(name, world), argument(1), argument(2));
    } else if (world.answers.isCalledBack(question, isErrorListener || takesErrorFirst)) {
      result = await callback(
        takesErrorFirst ? new Failure(`error of ${name}`) : argument(0),
        argument(1),
        argument(2),
      );
    }
  }
  return result;
}

/** What a callback that wants an error first is given. */
function errorOf(name: string, world: StandIn["world"]): unknown {
  try {
    world.failIfPlanned(name);
    return null;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
