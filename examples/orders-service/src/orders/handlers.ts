import type { Handler } from "../http.js";
import { openSession } from "../databases.js";
import { reserveStock } from "./stock-repository.js";

interface NewOrder {
  readonly item: string;
  readonly quantity: number;
}

export const createOrder: Handler = async (request, response) => {
  const { item, quantity } = request.body as NewOrder;
  await reserveStock(item, quantity);

  await using session = openSession();
  const { rows } = await session.query<{ id: string }>(
    "insert into orders (item, quantity) values ($1, $2) returning id",
    [item, quantity],
  );
  await session.commit();
  await session.close();
  response.status(201).json(rows[0]);
};

export const showOrder: Handler = async (request, response) => {
  await using session = openSession();
  try {
    const { rows } = await session.query("select * from orders where id = $1", [request.params.id]);
    response.status(rows.length > 0 ? 200 : 404).json(rows[0]);
  } finally {
    await session.close();
  }
};
