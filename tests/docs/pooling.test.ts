import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import knex from "knex";
import { createPool as createMariadbPool } from "mariadb";
import { MongoClient } from "mongodb";
import { createPool as createMysqlPool } from "mysql2";
import pg from "pg";
import postgres from "postgres";
import { Sequelize } from "sequelize";
import { describe, expect, it } from "vitest";
import { readOptions } from "../../runtime/src/engine/options.js";
import { root } from "../support/cases.js";

const page = readFileSync(join(root, "docs/pooling.md"), "utf8");
const require = createRequire(import.meta.url);

/** The cells of the table's row that begins so. */
function rowOf(library: string): string[] {
  const rows = page.split("\n").filter((line) => line.startsWith(`| ${library} `));
  if (rows.length !== 1) throw new Error(`docs/pooling.md has ${rows.length} rows of ${library}`);
  return rows[0]!
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** 30000 as the page has it: 30 000. */
function grouped(value: unknown): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/gu, " ");
}

function versionOf(name: string): string {
  const path = join(root, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version.split(".").slice(0, 2).join(".");
}

describe("the defaults in docs/pooling.md are the packages'", () => {
  it("pg", async () => {
    await using pool = Object.assign(new pg.Pool(), { [Symbol.asyncDispose]: () => pool.end() });
    const { max, min, connectionTimeoutMillis, idleTimeoutMillis, maxLifetimeSeconds } = pool.options;
    const [, most, kept, wait, idle, older] = rowOf(`\`pg\` ${versionOf("pg")}`);
    expect(most).toBe(`\`max\` ${max}`);
    expect(kept).toBe(`\`min\` ${min}`);
    expect(wait).toContain(`\`connectionTimeoutMillis\` ${connectionTimeoutMillis ?? 0} = for ever, ms`);
    expect(idle).toContain(`\`idleTimeoutMillis\` ${grouped(idleTimeoutMillis)} ms`);
    expect(older).toBe(`\`maxLifetimeSeconds\` ${maxLifetimeSeconds} = never, s`);
    expect(new pg.Pool({ max: 0 }).options.max).toBe(10);
    expect(new pg.Pool({ connectionString: "postgres://localhost/x?max=20" }).options.max).toBe(10);
  });

  it("postgres", () => {
    const { max, connect_timeout, idle_timeout, max_lifetime } = postgres("postgres://localhost/x").options;
    const [, most, , wait, idle, older] = rowOf(`\`postgres\` ${versionOf("postgres")}`);
    expect(most).toBe(`\`max\` ${max}`);
    expect(wait).toContain(`\`connect_timeout\` ${connect_timeout} s`);
    expect(idle_timeout).toBeNull();
    expect(idle).toBe("`idle_timeout` never, s");
    expect(older).toContain("`max_lifetime` 30 to 60 min");
    const seconds = (max_lifetime as unknown as () => number)();
    expect(seconds).toBeGreaterThanOrEqual(30 * 60);
    expect(seconds).toBeLessThanOrEqual(60 * 60);
    expect(postgres("postgres://localhost/x?max=20").options.max).toBe("20");
  });

  it("mysql2", () => {
    const pool = createMysqlPool({}) as unknown as {
      config: Record<"connectionLimit" | "maxIdle" | "queueLimit" | "idleTimeout", number> & {
        connectionConfig: { connectTimeout: number };
      };
      end(): void;
    };
    const { connectionLimit, maxIdle, queueLimit, idleTimeout, connectionConfig } = pool.config;
    pool.end();
    const [, most, kept, wait, idle] = rowOf(`\`mysql2\` ${versionOf("mysql2")}`);
    expect(most).toBe(`\`connectionLimit\` ${connectionLimit}`);
    expect(maxIdle).toBe(connectionLimit);
    expect(kept).toBe("`maxIdle` = `connectionLimit`");
    expect(wait).toContain(`\`queueLimit\` ${queueLimit} = endless`);
    expect(wait).toContain(`\`connectTimeout\` ${grouped(connectionConfig.connectTimeout)} ms`);
    expect(idle).toContain(`\`idleTimeout\` ${grouped(idleTimeout)} ms`);
  });

  it("mariadb", async () => {
    const settings = (await import(join(root, "node_modules/mariadb/lib/config/pool-options.js"))) as {
      default: new (
        options: object,
      ) => Record<"connectionLimit" | "minimumIdle" | "acquireTimeout" | "idleTimeout", number>;
    };
    const { connectionLimit, minimumIdle, acquireTimeout, idleTimeout } = new settings.default({});
    const [, most, kept, wait, idle] = rowOf(`\`mariadb\` ${versionOf("mariadb")}`);
    expect(createMariadbPool).toBeTypeOf("function");
    expect(most).toBe(`\`connectionLimit\` ${connectionLimit}`);
    expect(minimumIdle).toBe(connectionLimit);
    expect(kept).toBe("`minimumIdle` = `connectionLimit`");
    expect(wait).toBe(`\`acquireTimeout\` ${grouped(acquireTimeout)} ms`);
    expect(idle).toBe(`\`idleTimeout\` ${grouped(idleTimeout)} s`);
  });

  it("typeorm", () => {
    const source = readFileSync(join(root, "node_modules/typeorm/driver/postgres/PostgresDriver.js"), "utf8");
    expect(rowOf(`\`typeorm\` ${versionOf("typeorm")}`)[3]).toContain("`connectTimeoutMS`");
    expect(source).toContain("connectionTimeoutMillis: options.connectTimeoutMS");
    expect(source).toContain("max: options.poolSize");
  });

  it("knex", async () => {
    const instance = knex({ client: "pg", connection: {} });
    const pool = instance.client.pool as Record<"min" | "max" | "acquireTimeoutMillis" | "idleTimeoutMillis", number>;
    const { min, max, acquireTimeoutMillis, idleTimeoutMillis } = pool;
    await instance.destroy();
    const [, most, kept, wait, idle] = rowOf(`\`knex\` ${versionOf("knex")}`);
    expect(most).toBe(`\`pool.max\` ${max}`);
    expect(kept).toBe(`\`pool.min\` ${min}`);
    expect(wait).toBe(`\`acquireConnectionTimeout\` ${grouped(acquireTimeoutMillis)} ms`);
    expect(idle).toBe(`\`pool.idleTimeoutMillis\` ${grouped(idleTimeoutMillis)} ms`);
  });

  it("sequelize", () => {
    const { connectionManager } = new Sequelize({ dialect: "postgres" }) as unknown as {
      connectionManager: { config: { pool: Record<"max" | "min" | "acquire" | "idle", number> } };
    };
    const { max, min, acquire, idle: idleMillis } = connectionManager.config.pool;
    const [, most, kept, wait, idle] = rowOf(`\`sequelize\` ${versionOf("sequelize")}`);
    expect(most).toBe(`\`pool.max\` ${max}`);
    expect(kept).toBe(`\`pool.min\` ${min}`);
    expect(wait).toBe(`\`pool.acquire\` ${grouped(acquire)} ms`);
    expect(idle).toBe(`\`pool.idle\` ${grouped(idleMillis)} ms`);
  });

  it("mongodb", () => {
    const { maxPoolSize, minPoolSize, waitQueueTimeoutMS, maxIdleTimeMS } = new MongoClient("mongodb://localhost")
      .options;
    const [, most, kept, wait, idle] = rowOf(`\`mongodb\` ${versionOf("mongodb")}`);
    expect(most).toContain(`\`maxPoolSize\` ${maxPoolSize}`);
    expect(kept).toBe(`\`minPoolSize\` ${minPoolSize}`);
    expect(wait).toBe(`\`waitQueueTimeoutMS\` ${waitQueueTimeoutMS} = for ever, ms`);
    expect(idle).toBe(`\`maxIdleTimeMS\` ${maxIdleTimeMS} = never, ms`);
  });

  it("Prisma 7", () => {
    const client = readFileSync(require.resolve("@prisma/client/runtime/client.js"), "utf8");
    const [maxWait, timeout] = ["maxWait", "timeout"].map((name) =>
      Number(new RegExp(`${name}:\\w+\\.transactionOptions\\?\\.${name}\\?\\?([\\de]+)`, "u").exec(client)?.[1]),
    );
    expect(PrismaPg).toBeTypeOf("function");
    const wait = rowOf("Prisma 7")[3];
    expect(wait).toContain(`\`maxWait\` ${grouped(maxWait)} ms`);
    expect(wait).toContain(`\`timeout\` ${grouped(timeout)} ms`);
  });

  it("db-session", () => {
    const { poolSize, maxOverflow, minIdle, poolTimeoutMillis, idleTimeoutMillis, poolRecycleMillis } = readOptions(
      {},
    ).pool;
    const [, most, kept, wait, idle, older] = rowOf("`db-session`");
    expect(most).toBe(`\`poolSize\` ${poolSize} + \`maxOverflow\` ${maxOverflow}`);
    expect(kept).toContain(`\`minIdle\` ${minIdle}`);
    expect(wait).toContain(`\`poolTimeoutMillis\` ${grouped(poolTimeoutMillis)} ms`);
    expect([idleTimeoutMillis, poolRecycleMillis]).toEqual([Infinity, Infinity]);
    expect([idle, older]).toEqual(["`idleTimeoutMillis` never, ms", "`poolRecycleMillis` never, ms"]);
  });
});

/** The queue with random arrivals and random hold times, first come, first served (Erlang's C). */
function queueOf(
  perSecond: number,
  heldSeconds: number,
  servers: number,
): { waits: number; meanMillis: number; p99Millis: number } {
  const load = perSecond * heldSeconds;
  let term = 1;
  let sum = 1;
  for (let busy = 1; busy < servers; busy++) {
    term *= load / busy;
    sum += term;
  }
  const full = ((term * load) / servers) * (servers / (servers - load));
  const waits = full / (sum + full);
  const spare = servers / heldSeconds - perSecond;
  return { waits, meanMillis: (waits / spare) * 1000, p99Millis: Math.max(0, (Math.log(waits * 100) / spare) * 1000) };
}

it.each([4, 5, 6, 8, 10])(
  "the waiting that docs/pooling.md states for a pool of %i follows from its load",
  (servers) => {
    expect(page).toContain("200 requests a second that hold a connection for 15 ms each");
    const { waits, meanMillis, p99Millis } = queueOf(200, 0.015, servers);
    expect(rowOf(String(servers)).slice(1)).toEqual([
      `${(300 / servers).toFixed(0)} %`,
      `${(waits * 100).toFixed(1)} %`,
      `${meanMillis.toFixed(1)} ms`,
      `${p99Millis.toFixed(0)} ms`,
    ]);
  },
);
