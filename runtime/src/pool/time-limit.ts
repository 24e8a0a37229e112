import type { Clock, Timer } from "../clock.js";

/** Settles as `work` does, or rejects when that takes longer than `millis`; `work` itself goes on. */
export async function withinTime(work: Promise<unknown>, clock: Clock, millis: number, what: string): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = clock.startTimer(() => reject(new Error(`${what} took longer than ${millis} ms.`)), millis);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    timer?.clear();
  }
}
