import type { ArgumentPattern, CallDescription, Effect } from "../../../src/libraries/description.js";
import { nameOf, roleOf, type DescribedCall } from "./described-call.js";
import { openBy } from "./openings.js";
import { finish, scopeBy, workOf } from "./scope-calls.js";
import { begin, close, closedBy, commit, rollBack, statementOf, take } from "./session-calls.js";
import { makeStandIn, standInOf, type Behaviour, type StandIn } from "./stand-ins.js";
import { callUnknown } from "./unknown-calls.js";
import type { Session } from "./world.js";

/** A call that a library's description speaks of: it does to sessions what the description says. */
export function callDescribed(
  receiver: StandIn,
  member: string,
  calls: readonly CallDescription[],
  args: readonly unknown[],
  behaviour: Behaviour,
): unknown {
  const description = calls.find(({ when }) => !when || fits(when, args)) ?? {};
  const call: DescribedCall = { receiver, member, description, args, behaviour };
  const { effect } = description;
  switch (effect?.kind) {
    case "open":
      return openBy(call, effect);
    case "scope": {
      const work = workOf(call, effect);
      return work ? scopeBy(call, effect, work) : callOther(call);
    }
    case "close": {
      const session = closedBy(call, effect);
      return session ? close(call, effect, session) : callOther(call);
    }
    case "dispose":
      if (effect.closesSessions) receiver.world.closeAll();
      return callOther(call);
    default:
      return effect && receiver.session ? callOfSession(call, effect, receiver.session) : callOther(call);
  }
}

function callOfSession(call: DescribedCall, effect: Effect, session: Session): unknown {
  const kind = effect.kind === "query" ? statementOf(call.args[effect.text]) : effect.kind;
  switch (kind) {
    case "manualFinish":
      return effect.kind === "manualFinish" ? finish(effect.manner, session, call) : callOther(call);
    case "take":
      return take(call, session);
    case "begin":
      return begin(call, session);
    case "commit":
      return commit(call, session);
    case "rollback":
      return rollBack(call, session);
    default:
      return callOther(call);
  }
}

function fits(
  { function: wantsFunction, minimum, maximum, firstIs }: ArgumentPattern,
  args: readonly unknown[],
): boolean {
  if (minimum !== undefined && args.length < minimum) return false;
  if (maximum !== undefined && args.length > maximum) return false;
  if (firstIs !== undefined && typeof args[0] !== firstIs) return false;
  const hasFunction = args.some((arg) => typeof arg === "function" && !standInOf(arg));
  return wantsFunction === undefined || wantsFunction === hasFunction;
}

/** Recorded as an unknown call is, but it gives what the description says. */
function callOther(call: DescribedCall): unknown {
  const { receiver, args, behaviour, description } = call;
  const { world, session } = receiver;
  const method = makeStandIn(nameOf(call), world, behaviour, { session });
  const { returns } = description;
  if (!returns || returns.array) return callUnknown(method, args, behaviour);
  const role = roleOf(call, returns.type);
  if (returns.promised) return callUnknown(method, args, behaviour, { role, session });
  const name = world.numbered(`${nameOf(call)}()`);
  world.record(name);
  return makeStandIn(name, world, behaviour, { role, session }).proxy;
}
