import type { CloseEffect } from "../../../src/libraries/description.js";
import { nameOf, settled, type DescribedCall } from "./described-call.js";
import { standInOf } from "./stand-ins.js";
import type { Session } from "./world.js";

/** What a close closes. */
export function closedBy({ receiver, args }: DescribedCall, { argument }: CloseEffect): Session | undefined {
  return argument === undefined ? receiver.session : standInOf(args[argument])?.session;
}

/** Closing and rolling back do not fail here: by which error that is told is an accepted difference. */
export function close({ receiver: { world } }: DescribedCall, { manner }: CloseEffect, session: Session): unknown {
  if (manner === "commit") world.commit(session);
  if (manner === "rollback") world.rollBack(session);
  world.close(session, manner === "destroy" ? "rollback" : (session.facts?.closeWithOpenTransaction ?? "kept"));
  return Promise.resolve();
}

export function rollBack(call: DescribedCall, session: Session): unknown {
  const { world } = call.receiver;
  world.use(session, nameOf(call));
  world.rollBack(session);
  return Promise.resolve();
}

export function commit(call: DescribedCall, session: Session): unknown {
  const { world } = call.receiver;
  world.use(session, nameOf(call));
  return settled(world, world.numbered(`commit of ${session.name}`), () => world.commit(session));
}

export function begin(call: DescribedCall, session: Session): unknown {
  const { world } = call.receiver;
  world.noteUse(session, nameOf(call));
  return settled(world, world.numbered(`begin of ${session.name}`), () => world.begin(session));
}

export function take(call: DescribedCall, session: Session): unknown {
  const { world } = call.receiver;
  world.noteUse(session, nameOf(call));
  return settled(world, world.numbered(`take of ${session.name}`), () => void (session.isTaken = true));
}

/** What an SQL text does besides being a query. */
export function statementOf(text: unknown): "begin" | "commit" | "rollback" | undefined {
  const word =
    typeof text === "string" ? /^\s*(begin|start\s+transaction|commit|rollback)\b/iu.exec(text)?.[1] : undefined;
  if (word === undefined) return undefined;
  const statement = word.toLowerCase();
  return statement === "commit" || statement === "rollback" ? statement : "begin";
}
