import { reportsDatabase } from "../databases.js";

export interface Sales {
  readonly day: string;
  readonly total: number;
}

/** Reads one consistent snapshot. */
export async function salesOf(month: string): Promise<Sales[]> {
  const runner = reportsDatabase.createQueryRunner();
  await runner.startTransaction("REPEATABLE READ");
  const sales = (await runner.query("select day, total from sales where month = $1", [month])) as Sales[];
  const returns = (await runner.query("select day, total from returns where month = $1", [month])) as Sales[];
  await runner.commitTransaction();
  await runner.release();
  return subtract(sales, returns);
}

export async function refreshSales(): Promise<void> {
  await using runner = reportsDatabase.createQueryRunner();
  await runner.query("refresh materialized view sales");
  await runner.release();
}

function subtract(sales: readonly Sales[], returns: readonly Sales[]): Sales[] {
  const returned = new Map(returns.map(({ day, total }) => [day, total]));
  return sales.map(({ day, total }) => ({ day, total: total - (returned.get(day) ?? 0) }));
}
