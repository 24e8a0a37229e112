import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { differencesOf, isSame } from "./oracle/compare.js";
import { differences, isTime, nothingToCompare, replays, toleranceAt } from "./oracle/index.js";
import { translate, type Json } from "./oracle/translation.js";
import { fakeWorld } from "./support/fake-world.js";
import { Observer, postgresWorld } from "./support/postgres-world.js";
import type { World } from "./support/world.js";

const golden = JSON.parse(readFileSync(new URL("./sqlalchemy-oracle-2.1.1.json", import.meta.url), "utf8")) as Record<
  string,
  Json
>;

/** Whether a path is the listed one or lies below it. */
const isAtOrBelow = (path: string, listed: string): boolean => path === listed || path.startsWith(`${listed} / `);

describe("SQLAlchemy's own results", () => {
  it("are each replayed here, or listed with the reason why they cannot be", () => {
    const listed = nothingToCompare.map(({ path }) => path).filter((path) => path in golden);
    expect([...Object.keys(replays), ...listed].sort()).toEqual(Object.keys(golden).sort());
    for (const { why } of [...differences, ...nothingToCompare]) expect(why.length).toBeGreaterThan(10);
  });

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

  const places: [string, () => World | Promise<World>][] = [
    ["the fake driver", fakeWorld],
    ["PostgreSQL", () => postgresWorld(observer)],
  ];
  for (const [place, open] of places) {
    it.each(Object.keys(replays))(`%s: the same on ${place}, but for what is listed`, async (key) => {
      const world = await open();
      const ours = await replays[key]!(world);
      await world.end();

      // Real times depend on the machine's load: they are compared in virtual time.
      const isLeftOut = (path: string): boolean =>
        (isTime(path) && !world.isVirtual) || nothingToCompare.some((listed) => isAtOrBelow(path, listed.path));
      const found = differencesOf({ [key]: translate(golden[key]!) }, { [key]: ours }, toleranceAt).filter(
        ({ path }) => !isLeftOut(path),
      );
      const listed = differences.filter(({ path }) => isAtOrBelow(path, key) && !isLeftOut(path));
      const unlisted = found.filter(({ path }) => !listed.some((difference) => difference.path === path));
      expect(unlisted, "differences that are not listed").toEqual([]);
      const gone = listed.filter(({ path, here }) => {
        const difference = found.find((each) => each.path === path);
        return !difference || !isSame(difference.here, here, toleranceAt(path));
      });
      expect(gone, "listed differences that are not there").toEqual([]);
    });
  }
});
