import type { Manner, ScopeEffect } from "../../../src/libraries/description.js";
import { roleOf, settled, type Callback, type DescribedCall } from "./described-call.js";
import { makeStandIn, standInOf } from "./stand-ins.js";
import type { Session } from "./world.js";

/** What a scope's call runs, where it is given such a thing. */
export function workOf({ args }: DescribedCall, { callback }: ScopeEffect): Callback | undefined {
  const work = callback === "last" ? args.at(-1) : args[callback];
  return typeof work === "function" && !standInOf(work) ? (work as Callback) : undefined;
}

/** Opens a session (or uses the receiver's), runs `work` with it, ends its transaction and closes it. */
export function scopeBy(call: DescribedCall, { parameters }: ScopeEffect, work: Callback): unknown {
  const { receiver, behaviour } = call;
  const { world } = receiver;
  const type = parameters.find((parameter) => parameter !== undefined) ?? receiver.role!.type;
  const outer = receiver.session;
  const session = outer ?? world.addSession(roleOf(call, type), "opening", true);
  const isTransaction = session.facts?.isTransaction === true || /transact|begin|tx/i.test(call.member);
  return settled(world, `opening of ${session.name}`, async () => {
    if (!outer) session.status = "open";
    if (isTransaction) world.begin(session);
    const given = parameters.map((parameter) => {
      const role = parameter ? roleOf(call, parameter) : undefined;
      return makeStandIn(session.name, world, behaviour, { session, role }).proxy;
    });
    try {
      const result = await work(...given);
      // What was committed by hand is committed once.
      if (session.isInTransaction) world.commit(session);
      return result;
    } finally {
      if (isTransaction && session.isInTransaction) world.rollBack(session);
      if (!outer && session.status === "open") world.close(session, "rollback");
    }
  });
}

/** By hand, in a callback scope: what the scope would have ended. */
export function finish(manner: Manner, session: Session, { receiver: { world } }: DescribedCall): unknown {
  if (manner === "commit") world.commit(session);
  else if (manner === "rollback") world.rollBack(session);
  else world.endings.push(`close ${session.name}`);
  session.isInTransaction = false;
  return Promise.resolve();
}
