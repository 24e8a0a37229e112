import { expect } from "vitest";
import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngine,
  type AsyncEngineOptions,
  type AsyncSessionmaker,
} from "../../../runtime/src/index.js";
import type { OwnPostgresServer } from "../../support/postgres.js";
import { watchConnections, type ConnectionWatch } from "../../support/server-connections.js";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.js";
import { watchUnhandledRejections } from "../../support/unhandled-rejections.js";
import { createTransfers, type Transfers } from "./transfers.js";

/** How long each fault lasts, times what CI gives it: `DB_SESSION_FAULTS=10` for a long run. */
export const factor = Number(process.env.DB_SESSION_FAULTS ?? 1);

export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

export const settings = {
  poolSize: 4,
  maxOverflow: 4,
  poolTimeoutMillis: 2_000,
  closeTimeoutMillis: 500,
} satisfies AsyncEngineOptions;
const cap = settings.poolSize + settings.maxOverflow;

/** A server, a proxy before it, an engine on the proxy, and witnesses of what happens on the server. */
export interface FaultBed extends AsyncDisposable {
  readonly server: OwnPostgresServer;
  readonly proxy: TcpProxy;
  readonly engine: AsyncEngine;
  readonly openSession: AsyncSessionmaker;
  readonly transfers: Transfers;
  readonly watch: ConnectionWatch;
  /** Another engine on the same server, that no proxy stands before. */
  readonly direct: AsyncEngine;
  /** Runs transfers of so many users until `fault` is over, and then some more; each user's loop ends. */
  underLoad(fault: () => Promise<void>, options?: LoadOptions): Promise<void>;
  /** What must hold after each fault: nothing lost, nothing held, nothing exceeded, and the next 100 queries work. */
  expectRecovery(options?: RecoveryOptions): Promise<void>;
}

export interface LoadOptions {
  users?: number;
  /** One user's unit of work; default: one transfer. */
  work?(user: number): Promise<unknown>;
}

export interface RecoveryOptions {
  /** Connections cut on the way, of which the server hears late and the pool cannot know: so many more it may have counted. */
  unnoticed?: number;
}

let nextName = 1;

/** @param server one that was started before, to be stopped by the caller */
export async function makeFaultBed(server: OwnPostgresServer, options: AsyncEngineOptions = {}): Promise<FaultBed> {
  const rejections = watchUnhandledRejections();
  const applicationName = `faults-${nextName++}`;
  const proxy = await startTcpProxy(server.port);
  const url = `${proxy.urlThrough(server.url)}?application_name=${applicationName}`;
  const engine = createAsyncEngine(url, { ...settings, ...options });
  const openSession = asyncSessionmaker(engine);
  const direct = createAsyncEngine(server.url, { poolSize: 1, maxOverflow: 0 });
  const transfers = await createTransfers(direct);
  const watch = await watchConnections(server.url, applicationName);

  return {
    server,
    proxy,
    engine,
    openSession,
    transfers,
    watch,
    direct,
    async underLoad(fault, { users = 20, work = () => transfers.run(openSession) } = {}) {
      let isOver = false;
      const loops = Array.from({ length: users }, async (_, user) => {
        while (!isOver) {
          const failures = transfers.errors.length;
          await work(user);
          // Users do not try again at once; nor could this process do anything else if they did.
          if (transfers.errors.length > failures) await sleep(5);
        }
      });
      try {
        await expect.poll(() => transfers.count("confirmed"), { timeout: 5_000 }).toBeGreaterThan(users);
        await fault();
        const after = transfers.count("confirmed");
        await expect.poll(() => transfers.count("confirmed"), { timeout: 5_000 }).toBeGreaterThan(after + users);
      } finally {
        isOver = true;
        await Promise.all(loops);
      }
    },
    async expectRecovery({ unnoticed = 0 } = {}) {
      const settled = { inUse: 0, connecting: 0, closing: 0, waiting: 0 };
      await expect.poll(() => engine.pool.status(), { timeout: 5_000 }).toMatchObject(settled);
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, i) => engine.query("select $1::int as i", [i])),
      );
      expect(results.map(({ rows }) => rows[0]!.i)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      await expect.poll(() => engine.pool.status()).toMatchObject({ ...settled, overflow: 0 });

      expect(await transfers.findContradictions(direct)).toEqual([]);
      expect(transfers.errors.filter((error) => error instanceof TypeError || error instanceof RangeError)).toEqual([]);
      await expect.poll(() => watch.count()).toBe(engine.pool.status().idle);
      expect(watch.highest, "connections on the server").toBeLessThanOrEqual(cap + unnoticed);
      expect(watch.highest).toBeGreaterThan(0);
      expect(rejections.seen).toEqual([]);
    },
    async [Symbol.asyncDispose]() {
      await engine.dispose({ drainMillis: 500 });
      expect(engine.pool.status()).toMatchObject({ idle: 0, inUse: 0, connecting: 0, closing: 0, waiting: 0 });
      await expect.poll(() => watch.count()).toBe(0);
      await expect.poll(() => proxy.connectionCount).toBe(0);
      await direct.dispose();
      await watch[Symbol.asyncDispose]();
      await proxy.close();
      rejections[Symbol.dispose]();
    },
  };
}
