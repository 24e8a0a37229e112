import type { AsyncEngineOptions, QueryResult } from "../../../../runtime/src/index.js";
import type { Database, World } from "../support/world.js";
import { asLog, asStatus, type Json } from "./translation.js";

/** Replays one scenario of the golden file, and gives a record of the same shape. */
export type Replay = (world: World) => Promise<Json>;

export function traced(world: World, options: AsyncEngineOptions): Database {
  const database = world.database(options);
  database.trace();
  return database;
}

/** The counts, when nothing is closing any more. */
export async function statusOf(world: World, database: Database): Promise<Json> {
  await world.until(() => database.status.closing === 0);
  return asStatus(database.status);
}

export async function logOf(world: World, database: Database): Promise<string> {
  await world.until(() => database.status.closing === 0);
  return asLog(database.take());
}

/** The only value of a result. */
export const valueOf = ({ rows }: QueryResult): Json => Object.values(rows[0] ?? {})[0] as Json;

/** Servers' connections, when the server has seen all that the client closed. */
export async function backendsOf(world: World, database: Database): Promise<number> {
  await world.until(async () => (await database.serverConnections()) <= database.driver.openConnections);
  return database.serverConnections();
}

export const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
