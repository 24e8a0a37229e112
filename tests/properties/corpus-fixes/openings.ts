import type { OpenEffect } from "../../../src/libraries/description.js";
import { failureAt, roleOf, settled, type Callback, type DescribedCall } from "./described-call.js";
import { makeStandIn, type Behaviour, type StandIn, type Through } from "./stand-ins.js";
import { tell } from "./tell.js";
import { callUnknown } from "./unknown-calls.js";
import type { Session } from "./world.js";

/** A call that opens a session, and gives it in the way that the description says. */
export function openBy(call: DescribedCall, effect: OpenEffect): unknown {
  const { receiver, behaviour, description } = call;
  const { world } = receiver;
  const role = roleOf(call, effect.session);
  const session = world.addSession(role, "opening", !effect.lazy);
  const open = (): unknown => {
    session.status = "open";
    if (session.facts?.isTransaction) world.begin(session);
    return makeStandIn(session.name, world, behaviour, { role, session }).proxy;
  };
  if (effect.receiver) {
    receiver.session = session;
    receiver.name = session.name;
    return settled(world, openingOf(session), () => void (session.status = "open"));
  }
  if (effect.callback) return void deliver(call, effect.callback, session, open);
  return description.returns?.promised ? settled(world, openingOf(session), open) : open();
}

function openingOf(session: Session): string {
  return `opening of ${session.name}`;
}

async function deliver(
  { receiver, args }: DescribedCall,
  { argument, error, session: position, close }: NonNullable<OpenEffect["callback"]>,
  session: Session,
  open: () => unknown,
): Promise<void> {
  const { world } = receiver;
  const callback = (argument === "last" ? args.at(-1) : args[argument]) as Callback;
  const given: unknown[] = [];
  await Promise.resolve();
  const failure = failureAt(openingOf(session), world);
  if (error !== undefined) given[error] = failure ?? null;
  given[position] = failure ? undefined : open();
  if (close !== undefined) given[close] = () => world.close(session, session.facts?.closeWithOpenTransaction ?? "kept");
  try {
    await callback(...given);
  } catch (thrown) {
    world.endings.push(`callback of ${openingOf(session)} threw ${tell(thrown)}`);
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
  return settled(world, openingOf(session), async () => {
    session.status = "open";
    const method = makeStandIn(`${session.name}.${path}`, world, behaviour, { session });
    try {
      return await callUnknown(method, args, behaviour);
    } finally {
      world.close(session, "rollback");
    }
  });
}
