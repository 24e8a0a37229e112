import { describe, it } from "vitest";
import { scenarios } from "./scenarios/index.js";
import { fakeWorld } from "./support/fake-world.js";

describe("the sentences of SEMANTICS.md, on the fake driver", () => {
  for (const { title, run, places } of scenarios) {
    if (!places.includes("fake driver")) continue;
    it(title, async () => {
      const world = fakeWorld();
      await run(world);
      await world.end();
    });
  }
});
