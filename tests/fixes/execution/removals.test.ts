import { describe, expect, it } from "vitest";
import { removeClose } from "../../../src/fixes/remove-close.js";
import { fileModel } from "../../../src/lifetimes/index.js";
import { applyEdits, inspect } from "../support.js";
import { redundantCloses } from "./programs.js";
import { execute } from "./run.js";

/** The program without its redundant closes, taken out one after the other. */
function withoutCloses(code: string): string {
  return inspect(code, (host) => {
    const [close] = fileModel({ ...host, settings: {} }).scopedCloses;
    const edits = close && removeClose(close, host);
    return edits ? withoutCloses(applyEdits(code, edits)) : code;
  });
}

describe("a program without its redundant close does what it did with it", () => {
  it.each(redundantCloses)("$name", async ({ code }) => {
    const fixed = withoutCloses(code);
    expect(fixed).not.toBe(code);
    const { steps } = await execute(code);
    for (const fault of [undefined, ...steps]) {
      const [before, after] = [await execute(code, fault), await execute(fixed, fault)];
      const where = `fault at ${fault}\n${fixed}`;
      expect(after.outcome, where).toEqual(before.outcome);
      expect(after.work, where).toEqual(before.work);
      expect(after.commits, where).toBe(before.commits);
      expect({ leaked: after.leaked, dirty: after.dirty }, where).toEqual({ leaked: 0, dirty: 0 });
    }
  });
});
