import { DbSessionError } from "../../../runtime/src/errors.js";
import type { PoolStatus } from "../../../runtime/src/types.js";
import { listenerError, LONGEST_BACK_OFF_MILLIS, totalOf, type Caller, type PoolWorld } from "./world.js";

/** Times are sums of whole and of random numbers. */
const ROUNDING = 1e-6;

/** What holds whenever everything that needs no time has happened. @throws {Error} with all that does not */
export function check(world: PoolWorld): void {
  world.noteLateConnects();
  const status = world.pool.status();
  const broken = [
    ...world.violations,
    ...world.driver.misuses.map(({ message }) => message),
    ...checkSlots(world, status),
    ...checkWakeUps(world, status),
    ...checkOrder(world),
    ...world.callers.flatMap((caller) => checkCaller(world, caller)),
  ];
  if (broken.length > 0) throw new Error([...broken, JSON.stringify(status)].join("\n"));
  world.allowed = Math.max(world.cap, Math.min(world.allowed, totalOf(status)));
}

/** No slot is lost, none is counted twice, and the server has no connection that the pool does not count. */
function checkSlots(world: PoolWorld, status: PoolStatus): string[] {
  const { driver, pool } = world;
  const total = totalOf(status);
  const borrowed = world.borrowers.length;
  const atServer = driver.openConnections + driver.connecting - world.detachedAndOpen;
  const notHeld = driver.connections.filter(
    (connection) => connection.status !== "dead" && !world.live.some((holder) => holder.connection === connection),
  );
  const beingTested = notHeld.filter((connection) => connection.status === "busy").length;
  const inPreparation = world.waiting.length - status.waiting;
  const beingReset = world.ends.filter(({ what, isSettled }) => what === "release" && !isSettled).length;
  const broken: string[] = [];
  for (const { checkout, connection, caller } of world.live) {
    if (connection.isOpen || checkout.hasEnded || world.killed.has(connection)) continue;
    broken.push(`the connection of caller ${caller.order} was closed without its checkout being ended`);
  }
  if (total > world.allowed) broken.push(`${total} slots, and ${world.allowed} are allowed`);
  if (status.overflow !== Math.max(0, total - status.size)) broken.push("overflow is miscounted");
  if (Object.values(status).some((count) => Number.isNaN(count) || count < 0)) broken.push("a count below 0");
  if (status.idle > status.size) broken.push("more idle connections than are to be kept");
  if (atServer > total) broken.push(`${atServer} connections at the server`);
  if (status.idle > notHeld.length) broken.push(`${notHeld.length} free connections at the server`);
  const ended = world.hasEnded ? borrowed : 0; // the pool may have taken them away
  if (status.inUse < borrowed - ended) broken.push(`${borrowed} in use by callers`);
  if (status.inUse > borrowed + inPreparation + beingReset + beingTested) {
    broken.push(
      `in use are ${borrowed}, in preparation ${inPreparation}, being reset ${beingReset}, being tested ${beingTested}`,
    );
  }
  if (inPreparation < 0) broken.push(`only ${world.waiting.length} callers wait`);
  (pool as { assertInvariant?(): void }).assertInvariant?.();
  return broken;
}

/** Nobody waits for a connection that could be had (SQLAlchemy's lost wake-up). */
function checkWakeUps(world: PoolWorld, status: PoolStatus): string[] {
  const { clock, driver, settings } = world;
  const { waiting, idle, connecting } = status;
  if (waiting === 0 && !world.lastConnectFailed) world.isTroubled = false;
  const room = Math.min(waiting, world.cap - totalOf(status) + connecting);
  const wanted = Math.min(room, world.isTroubled ? settings.maxConnecting : Infinity);
  if (waiting === 0 || connecting >= wanted) {
    world.starving = undefined;
    return waiting > 0 && idle > 0 ? ["a connection is idle while callers wait"] : [];
  }
  if (idle > 0 || !world.lastConnectFailed) return [`${connecting} connecting while ${wanted} could`];
  // The database is down: attempts pause, and not for ever.
  if (world.starving?.attempts !== driver.connectAttempts) {
    world.starving = { since: clock.now(), attempts: driver.connectAttempts };
  }
  const pause = clock.now() - world.starving.since;
  const longest = Math.min(LONGEST_BACK_OFF_MILLIS, settings.poolTimeoutMillis / 4) + ROUNDING;
  return pause > longest && connecting === 0 ? [`no attempt to connect for ${pause} ms while callers wait`] : [];
}

/** First come, first served; only those whose connection is being prepared, or has just failed its test, may be overtaken. */
function checkOrder(world: PoolWorld): string[] {
  const served = world.justServed;
  world.justServed = [];
  const mayBe = world.prepares ? world.allowed - 1 : 0;
  return served.flatMap(({ order }, index) => {
    const later = [...served.slice(index + 1), ...world.waiting];
    const overtaken = later.filter((other) => other.order < order).length;
    return overtaken > mayBe ? [`caller ${order} overtook ${overtaken}, of whom ${mayBe} may be`] : [];
  });
}

function checkCaller(world: PoolWorld, caller: Caller): string[] {
  const { poolTimeoutMillis } = world.settings;
  const { order, controller, state } = caller;
  const who = `caller ${order}`;
  if (state === "waiting") {
    if (controller?.signal.aborted) return [`${who} waits although its signal aborted`];
    if (world.hasEnded) return [`${who} waits although the pool has ended`];
    const waited = world.clock.now() - caller.calledAt;
    return waited >= poolTimeoutMillis ? [`${who} waits for ${waited} ms`] : [];
  }
  const broken: string[] = [];
  const took = caller.settledAt - caller.calledAt;
  if (took > poolTimeoutMillis + ROUNDING) broken.push(`${who} was ${state} after ${took} ms`);
  if (controller !== world.sharedController && world.abortListenersOf(caller) > 0) {
    broken.push(`${who} still listens to its signal`);
  }
  if (state === "refused") broken.push(...checkRefusal(world, caller, took));
  return broken;
}

/** Each refusal has its reason. */
function checkRefusal(
  world: PoolWorld,
  { order, controller, error, waitingWhenCalled }: Caller,
  took: number,
): string[] {
  const { settings } = world;
  const who = `caller ${order}`;
  if (controller?.signal.aborted && error === controller.signal.reason) return [];
  if (error === listenerError) return [];
  if (!(error instanceof DbSessionError)) return [`${who} was refused with ${String(error)}`];
  switch (error.code) {
    case "ERR_DB_SESSION_ACQUIRE_TIMEOUT":
      return took < settings.poolTimeoutMillis - ROUNDING ? [`${who} timed out after ${took} ms`] : [];
    case "ERR_DB_SESSION_QUEUE_FULL":
      return waitingWhenCalled < settings.maxWaiting ? [`${who} was refused behind ${waitingWhenCalled}`] : [];
    case "ERR_DB_SESSION_CLOSED":
      return world.hasEnded ? [] : [`${who} was told that the pool is closed`];
    case "ERR_DB_SESSION_CONNECT_FAILED":
      return world.mayFailToConnect ? [] : [`${who} was told that connecting failed`];
    default:
      return [`${who} was refused with ${error.code}`];
  }
}

/** Ends every use of the pool, lets time pass, and then disposes of it: everything settles, and nothing is left. */
export async function checkEnd(world: PoolWorld, heals: boolean): Promise<void> {
  const { clock, driver, pool, settings } = world;
  world.leaveListenersAlone();
  if (heals) world.heal();
  const { poolTimeoutMillis, closeTimeoutMillis } = settings;
  const hasDeadline = poolTimeoutMillis !== Infinity;
  // An attempt to connect may have begun with the end of its caller's time, and has as much for itself.
  const time = (hasDeadline ? 2 * poolTimeoutMillis : 60_000) + 4 * closeTimeoutMillis;
  const ROUNDS = 8;
  for (let round = 0; round < ROUNDS; round++) {
    for (const holder of world.live) world.release(holder);
    await clock.advance(time / ROUNDS);
    check(world);
  }
  for (const holder of world.live) world.release(holder);
  await clock.advance(2 * closeTimeoutMillis);
  check(world);
  const left = world.ends.filter(({ isSettled, what }) => !isSettled && what === "release");
  if (left.length > 0) throw new Error(`${left.length} releases have not settled`);
  // Meanwhile the pool may be closing what is idle for too long.
  if (hasDeadline)
    checkQuiet(world, { ...pool.status(), ...(settings.idleTimeoutMillis !== Infinity && { closing: 0 }) });

  if (settings.idleTimeoutMillis !== Infinity && hasDeadline && !world.hasEnded) {
    await clock.advance(2 * settings.idleTimeoutMillis + 2 * closeTimeoutMillis);
    check(world);
    const { idle } = pool.status();
    if (idle > settings.minIdle) throw new Error(`${idle} connections are idle for too long`);
  }

  world.end("dispose", pool.dispose(100));
  world.acquire();
  await clock.advance(100 + 2 * closeTimeoutMillis);
  check(world);
  checkQuiet(world, pool.status());
  const unsettled = world.ends.filter(({ isSettled }) => !isSettled).map(({ what }) => what);
  if (unsettled.length > 0) throw new Error(`not settled at the end: ${unsettled.join(", ")}`);
  const { openConnections, connecting } = driver;
  if (totalOf(pool.status()) + openConnections + connecting > 0) {
    throw new Error(`open at the end: ${openConnections}, connecting ${connecting}, ${JSON.stringify(pool.status())}`);
  }
  if (clock.pending > 0) throw new Error(`${clock.pending} timers are left`);
}

function checkQuiet(world: PoolWorld, { inUse, waiting, closing, connecting }: PoolStatus): void {
  if (world.waiting.length > 0) throw new Error(`${world.waiting.length} acquires have not settled`);
  if (inUse + waiting + closing + connecting > 0) {
    throw new Error(
      `after the last use: in use ${inUse}, waiting ${waiting}, closing ${closing}, connecting ${connecting}`,
    );
  }
}
