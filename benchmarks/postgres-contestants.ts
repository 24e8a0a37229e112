import knex from "knex";
import pg from "pg";
import postgres from "postgres";
import { asyncSessionmaker, createAsyncEngine, type AsyncEngine } from "../runtime/src/index.js";
import type { Contestant } from "./rounds.js";

const STATEMENT = "select 1 as one";

/** Everybody's pool, of the same size, on the same server. */
export interface Clients {
  readonly engine: AsyncEngine;
  readonly pool: pg.Pool;
  /** The same pool with pg's pipelining, by which several statements go out at once. */
  readonly pipelined: pg.Pool;
  readonly sql: postgres.Sql;
  readonly knex: knex.Knex;
  close(): Promise<void>;
}

export function makeClients(url: string, poolSize: number): Clients {
  const engine = createAsyncEngine(url, { poolSize, maxOverflow: 0 });
  const pool = new pg.Pool({ connectionString: url, max: poolSize });
  const pipelined = new pg.Pool({ connectionString: url, max: poolSize, pipeline: true });
  // Their end() does not wait for the server, whose own end would otherwise end the process.
  for (const each of [pool, pipelined]) each.on("error", () => {});
  const sql = postgres(url, { max: poolSize, onnotice() {} });
  const knexes = knex({ client: "pg", connection: url, pool: { min: 0, max: poolSize } });
  return {
    engine,
    pool,
    pipelined,
    sql,
    knex: knexes,
    async close() {
      await engine.dispose({ drainMillis: 0 });
      await Promise.all([pool.end(), pipelined.end(), sql.end(), knexes.destroy()]);
    },
  };
}

/** A contestant whose clients somebody else closes. */
function repeated(name: string, once: () => Promise<unknown>): Contestant {
  return {
    name,
    async loop(work) {
      while (work.left-- > 0) await once();
    },
    close: () => Promise.resolve(),
  };
}

/** One SELECT on any connection; the first is what the others are compared with, as in the other two. */
export function makeQueryContestants({ engine, pool, sql, knex }: Clients): Contestant[] {
  return [
    repeated("pg-pool pool.query", () => pool.query(STATEMENT)),
    repeated("postgres.js", () => sql.unsafe(STATEMENT)),
    repeated("knex.raw", () => knex.raw(STATEMENT)),
    repeated("db-session engine.query", () => engine.query(STATEMENT)),
  ];
}

/** A read in a transaction that is rolled back: what a session is that nobody commits. */
export function makeSessionContestants({ engine, pipelined }: Clients): Contestant[] {
  const openSession = asyncSessionmaker(engine);
  return [
    repeated("pg-pool, BEGIN + SELECT in one flush, ROLLBACK, by hand", async () => {
      const client = await pipelined.connect();
      try {
        await Promise.all([client.query("begin"), client.query(STATEMENT)]);
        await client.query("rollback");
      } finally {
        client.release();
      }
    }),
    repeated("db-session session scope", async () => {
      await using session = openSession();
      await session.query(STATEMENT);
    }),
  ];
}

export function makeTransactionContestants({ engine, pool, sql, knex }: Clients): Contestant[] {
  const openSession = asyncSessionmaker(engine);
  return [
    repeated("pg-pool, three awaits", async () => {
      const client = await pool.connect();
      try {
        await client.query("begin");
        await client.query(STATEMENT);
        await client.query("commit");
      } finally {
        client.release();
      }
    }),
    repeated("postgres.js sql.begin", () => sql.begin((transaction) => transaction.unsafe(STATEMENT))),
    repeated("knex.transaction", () => knex.transaction((transaction) => transaction.raw(STATEMENT))),
    repeated("db-session session + commit", async () => {
      await using session = openSession();
      await session.query(STATEMENT);
      await session.commit();
    }),
  ];
}
