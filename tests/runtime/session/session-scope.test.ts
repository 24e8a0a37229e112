import { afterEach, beforeEach, expect, it } from "vitest";
import { createSessionScope, type AsyncSession, type AsyncSessionScope } from "../../../runtime/src/index.js";
import { coded, createBed, turn, type Bed } from "./bed.js";

let bed: Bed;
let scope: AsyncSessionScope;
beforeEach(() => {
  bed = createBed();
  scope = createSessionScope(bed.openSession);
});
afterEach(() => bed.expectAllReturned());

it("gives one session to a run, however deep, opened when it is asked for, and closes it", async () => {
  const insert = async (): Promise<AsyncSession> => {
    await turn();
    await scope.current().query("insert 1");
    return scope.current();
  };
  const used = await scope.run(async () => {
    const session = await insert();
    expect(await insert()).toBe(session);
    await session.commit();
    await session.query("insert 2");
    return session;
  });
  await expect(used.query("select 1")).rejects.toEqual(coded("CLOSED"));
  expect(bed.driver.committed).toHaveLength(2);
});

it("costs nothing when nobody asks, and gives back what the work returns", async () => {
  expect(await scope.run(() => 7)).toBe(7);
  expect(bed.driver.log).toEqual([]);
});

it("keeps runs apart: side by side, and one in another", async () => {
  const sessions = await Promise.all([1, 2].map(() => scope.run(async () => (await turn(), scope.current()))));
  expect(sessions[0]).not.toBe(sessions[1]);
  await scope.run(async () => {
    const outer = scope.current();
    await outer.query("insert outer");
    await scope.run(async () => {
      expect(scope.current()).not.toBe(outer);
      await scope.current().query("insert inner");
    });
    expect(scope.current()).toBe(outer);
    await outer.commit();
  });
  expect(bed.driver.committed.map(({ sql }) => sql)).toEqual(["insert outer"]);
});

it("rolls back when the work fails, without a word about uncommitted work", async () => {
  const error = new Error("from the work");
  const failing = scope.run(async () => {
    await scope.current().query("insert 1");
    throw error;
  });
  await expect(failing).rejects.toBe(error);
  const throwing = scope.run(() => {
    throw error;
  });
  await expect(throwing).rejects.toBe(error);
  expect(bed.driver.committed).toEqual([]);
  expect(bed.log.warn).toEqual([]);
});

it("has no session outside a run, nor after it", async () => {
  expect(() => scope.current()).toThrow(coded("NO_SCOPE"));
  let late: Promise<unknown> | undefined;
  await scope.run(() => {
    late = turn().then(() => scope.current());
    late.catch(() => {});
  });
  await expect(late).rejects.toEqual(
    coded("NO_SCOPE", { message: expect.stringContaining("after its run() had ended") }),
  );
});
