import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { reportsDatabase } from "./databases.js";
import { statusFor } from "./errors.js";
import type { Handler, Request, Response } from "./http.js";
import { expireCarts } from "./jobs/expire-carts.js";
import { createOrder, showOrder } from "./orders/handlers.js";
import { findStock } from "./orders/stock-repository.js";
import { reportPools } from "./pools.js";
import { salesOf } from "./reports/sales-report.js";

const routes: readonly { readonly method: string; readonly path: RegExp; readonly handler: Handler }[] = [
  { method: "POST", path: /^\/orders$/u, handler: createOrder },
  { method: "GET", path: /^\/orders\/(?<id>\d+)$/u, handler: showOrder },
  {
    method: "GET",
    path: /^\/stock\/(?<item>[^/]+)$/u,
    handler: async ({ params }, response) => response.status(200).json(await findStock(params.item ?? "")),
  },
  {
    method: "GET",
    path: /^\/reports\/(?<month>[^/]+)$/u,
    handler: async ({ params }, response) => response.status(200).json(await salesOf(params.month ?? "")),
  },
  {
    method: "POST",
    path: /^\/jobs\/expire-carts$/u,
    handler: async (_request, response) => response.status(200).json({ expired: await expireCarts() }),
  },
  {
    method: "GET",
    path: /^\/pools$/u,
    handler: async (_request, response) => response.status(200).json(reportPools()),
  },
];

await reportsDatabase.initialize();
const server = createServer((incoming, outgoing) => {
  const response: Response = {
    status(code) {
      outgoing.statusCode = code;
      return response;
    },
    json(body) {
      outgoing.setHeader("content-type", "application/json");
      outgoing.end(JSON.stringify(body ?? null));
    },
  };
  void (async () => {
    try {
      const path = incoming.url ?? "/";
      const route = routes.find((candidate) => candidate.method === incoming.method && candidate.path.test(path));
      if (!route) return response.status(404).json({ error: "not found" });
      await route.handler({ params: parametersOf(route.path, path), body: parse(await text(incoming)) }, response);
    } catch (error) {
      response.status(statusFor(error)).json({ error: error instanceof Error ? error.message : String(error) });
    }
  })();
});
server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1");
await once(server, "listening");
console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);

function parametersOf(pattern: RegExp, path: string): Request["params"] {
  const entries = Object.entries(pattern.exec(path)?.groups ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, decodeURIComponent(value)]));
}

function parse(body: string): unknown {
  return body === "" ? undefined : JSON.parse(body);
}
