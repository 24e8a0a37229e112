import { stockPool } from "../databases.js";

export interface Stock {
  readonly item: string;
  readonly available: number;
}

export async function findStock(item: string): Promise<Stock | undefined> {
  const client = await stockPool.connect();
  const { rows } = await client.query<Stock>("select item, available from stock where item = $1", [item]);
  client.release();
  return rows[0];
}

export async function reserveStock(item: string, quantity: number): Promise<void> {
  const client = await stockPool.connect();
  try {
    await client.query("begin");
    const { rowCount } = await client.query(
      "update stock set available = available - $2 where item = $1 and available >= $2",
      [item, quantity],
    );
    if (rowCount === 0) throw new Error(`Not enough of ${item}`);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
