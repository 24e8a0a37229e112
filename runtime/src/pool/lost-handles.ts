import { setTimeout } from "node:timers";

/**
 * Something that is lent out through handles, one at a time, and hears when a handle was collected without having been returned. Must not lead to
 * the handle by itself.
 */
export abstract class Lent {
  /** Counts the handles and their ends: a handle whose number is another's has ended. */
  turn = 0;
  /** The handle that is out, for as long as it is too young to be watched. */
  youngHandle: object | undefined = undefined;
  /** The turn that the last look found. */
  seenTurn = -1;
  isListed = false;
  isWatched = false;

  /** Nobody can reach the handle any more. */
  abstract onLost(): void;
}

const LOOK_MILLIS = 50;

const registry = new FinalizationRegistry<Lent>((lent) => lent.onLost());
let listed: Lent[] = [];

/**
 * Watches a handle until `stopWatching`. To watch one costs as much as a whole checkout, so it begins with those that are out at two looks;
 * until then they are held, which delays their collection by as much.
 */
export function startWatching(lent: Lent, handle: object): void {
  lent.youngHandle = handle;
  if (lent.isListed) return;
  lent.isListed = true;
  if (listed.push(lent) === 1) scheduleLook();
}

/** The handle was returned. */
export function stopWatching(lent: Lent): void {
  lent.youngHandle = undefined;
  if (!lent.isWatched) return;
  lent.isWatched = false;
  registry.unregister(lent);
}

export function warnOfLoss(stack: string | undefined): void {
  const hint = stack ? `It was opened here:\n${stack}` : "With leakWarningMillis the stack that opened it is shown.";
  process.emitWarning(
    `A connection was never given back, and nothing refers to it any more: it is closed. Close every session and connection. ${hint}`,
    { type: "DbSessionWarning", code: "DB_SESSION_LOST" },
  );
}

function scheduleLook(): void {
  // By the real clock: collecting garbage goes by no other.
  setTimeout(look, LOOK_MILLIS).unref();
}

function look(): void {
  listed = listed.filter((lent) => {
    const isYoung = lent.youngHandle !== undefined && lent.seenTurn !== lent.turn;
    lent.seenTurn = lent.turn;
    if (!isYoung) watch(lent);
    return isYoung;
  });
  if (listed.length > 0) scheduleLook();
}

function watch(lent: Lent): void {
  lent.isListed = false;
  if (!lent.youngHandle) return; // it is back
  registry.register(lent.youngHandle, lent, lent);
  lent.youngHandle = undefined;
  lent.isWatched = true;
}
