import { asyncSessionmaker, createAsyncEngine } from "db-session";
import pg from "pg";
import { DataSource } from "typeorm";
import { AddOrderNotes1763800000000 } from "./migrations/1763800000000-add-order-notes.js";

/** Orders: sessions of db-session. */
export const ordersEngine = createAsyncEngine(process.env.ORDERS_DATABASE_URL);
export const openSession = asyncSessionmaker(ordersEngine);

/** Stock: plain pg. Nobody waits longer than two seconds for a connection. */
export const stockPool = new pg.Pool({
  connectionString: process.env.STOCK_DATABASE_URL,
  connectionTimeoutMillis: 2_000,
});
// Without a listener, the death of an idle connection would end the process.
stockPool.on("error", (error) => console.error(`An idle connection to the stock died: ${error.message}`));

/** Reports and migrations: typeorm. */
export const reportsDatabase = new DataSource({
  type: "postgres",
  url: process.env.REPORTS_DATABASE_URL,
  migrations: [AddOrderNotes1763800000000],
  extra: { connectionTimeoutMillis: 2_000 },
});
