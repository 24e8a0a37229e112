import { asyncSessionmaker, createAsyncEngine } from "db-session";
import pg from "pg";
import { DataSource } from "typeorm";
import { AddOrderNotes1763800000000 } from "./migrations/1763800000000-add-order-notes.js";

/** Orders: sessions of db-session. */
const engine = createAsyncEngine(process.env.ORDERS_DATABASE_URL);
export const openSession = asyncSessionmaker(engine);

/** Stock: plain pg. Nobody waits longer than two seconds for a connection. */
export const stockPool = new pg.Pool({
  host: process.env.STOCK_DATABASE_HOST,
  database: "stock",
  connectionTimeoutMillis: 2_000,
});

/** Reports and migrations: typeorm. */
export const reportsDatabase = new DataSource({
  type: "postgres",
  host: process.env.REPORTS_DATABASE_HOST,
  database: "reports",
  migrations: [AddOrderNotes1763800000000],
  extra: { connectionTimeoutMillis: 2_000 },
});
