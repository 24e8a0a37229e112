import type { Clock } from "../clock.js";

/** Settles as `work` does, or rejects when that takes longer than `millis`; `work` itself goes on. */
export function withinTime(work: Promise<unknown>, clock: Clock, millis: number, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.startTimer(() => reject(new Error(`${what} took longer than ${millis} ms.`)), millis);
    work.then(
      () => {
        timer.clear();
        resolve();
      },
      (error: unknown) => {
        timer.clear();
        reject(error as Error);
      },
    );
  });
}
