import { withSession } from "db-session";
import { openSession } from "../databases.js";

/** Every ten minutes: carts that nobody touched for a day go. */
export async function expireCarts(): Promise<number> {
  const session = openSession();
  const { rowCount } = await session.query("delete from carts where touched_at < now() - interval '1 day'");
  await session.commit();
  await session.close();
  return rowCount ?? 0;
}

export async function countCarts(): Promise<number> {
  return withSession(openSession, async (session) => {
    const { rows } = await session.query<{ count: string }>("select count(*) from carts");
    return Number(rows[0]?.count);
  });
}
