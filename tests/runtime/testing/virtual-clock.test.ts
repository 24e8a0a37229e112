import { describe, expect, it, vi } from "vitest";
import { VirtualClock } from "../../../runtime/src/testing/index.js";

describe("VirtualClock", () => {
  it("stands still until it is told to move", async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    clock.startTimer(() => fired.push(clock.now()), 10);
    await clock.settle();
    expect([clock.now(), clock.pending, fired]).toEqual([0, 1, []]);
    await clock.advance(9);
    expect([clock.now(), clock.pending, fired]).toEqual([9, 1, []]);
    await clock.advance(1);
    expect([clock.now(), clock.pending, fired]).toEqual([10, 0, [10]]);
    await clock.advance(100);
    expect([clock.now(), fired]).toEqual([110, [10]]);
  });

  it("runs timers in the order of their times, and of two with one time the older first", async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.startTimer(() => fired.push("late"), 30);
    clock.startTimer(() => fired.push("first at 20"), 20);
    clock.startTimer(() => fired.push("second at 20"), 20);
    clock.startTimer(() => fired.push("early"), 10);
    await clock.advance(30);
    expect(fired).toEqual(["early", "first at 20", "second at 20", "late"]);
  });

  it("lets promises settle between two timers, with timers that they start", async () => {
    const clock = new VirtualClock();
    const sleep = (millis: number): Promise<void> => new Promise((resolve) => clock.startTimer(resolve, millis));
    const events: string[] = [];
    const work = (async () => {
      await sleep(10);
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      events.push(`woke at ${clock.now()}`);
      await sleep(5);
      events.push(`again at ${clock.now()}`);
    })();
    clock.startTimer(() => events.push("timer at 20"), 20);
    await clock.advance(20);
    await work;
    expect(events).toEqual(["woke at 10", "again at 15", "timer at 20"]);
  });

  it("clears timers, and never fires one of Infinity", async () => {
    const clock = new VirtualClock();
    const callback = vi.fn();
    const timer = clock.startTimer(callback, 10);
    timer.clear();
    timer.clear();
    clock.startTimer(callback, Infinity);
    await clock.advance(1e12);
    expect(callback).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  it("runs all timers with no real time, also beyond 2³¹ ms", async () => {
    const clock = new VirtualClock();
    const days = 86_400_000;
    let left = 3;
    const again = (): void => void (--left && clock.startTimer(again, 30 * days));
    clock.startTimer(again, 30 * days);
    await clock.runAll();
    expect([left, clock.now()]).toEqual([0, 90 * days]);
  });

  it("refuses to run timers without end", async () => {
    const clock = new VirtualClock();
    const again = (): void => void clock.startTimer(again, 1);
    again();
    await expect(clock.runAll(100)).rejects.toThrow("Timers keep coming: 100 ran and 1 wait.");
  });

  it("refuses to advance past timers without a delay that start one another", async () => {
    const clock = new VirtualClock();
    const again = (): void => void clock.startTimer(again, 0);
    again();
    await expect(clock.advance(1)).rejects.toThrow("Timers keep coming: 10000 ran at 0 ms, and 0 wait.");
  });

  it("counts the timers that keep a process alive apart", () => {
    const clock = new VirtualClock();
    clock.startTimer(() => {}, 10);
    clock.startTimer(() => {}, 10, { keepsAlive: false });
    expect([clock.pending, clock.pendingKeepingAlive]).toEqual([2, 1]);
  });

  it("passes on what a callback throws", async () => {
    const clock = new VirtualClock();
    clock.startTimer(() => {
      throw new Error("from the callback");
    }, 10);
    await expect(clock.advance(10)).rejects.toThrow("from the callback");
  });

  it.each([-1, NaN, Infinity])("refuses advance(%s)", async (millis) => {
    await expect(new VirtualClock().advance(millis)).rejects.toThrow(RangeError);
  });

  it("goes on where a test library replaced Node's timers", async () => {
    vi.useFakeTimers();
    try {
      const clock = new VirtualClock();
      const callback = vi.fn();
      clock.startTimer(callback, 5);
      await clock.advance(5);
      expect(callback).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });
});
