import { afterAll, beforeAll, describe, it } from "vitest";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { scenarios } from "./scenarios/index.js";
import { Observer, postgresWorld } from "./support/postgres-world.js";

describe("the sentences of SEMANTICS.md, on PostgreSQL", () => {
  let server: PostgresServer;
  let observer: Observer;

  beforeAll(async () => {
    server = await startPostgres();
    observer = new Observer(server.url);
    await observer.start();
  });
  afterAll(async () => {
    await observer?.stop();
    await server?.stop();
  });

  for (const { title, run, places } of scenarios) {
    if (!places.includes("PostgreSQL")) continue;
    it(title, async () => {
      const world = await postgresWorld(observer);
      await run(world);
      await world.end();
    });
  }
});
