/** A timer that can be taken back. */
export interface Timer {
  /** Idempotent. */
  clear(): void;
}

export interface TimerOptions {
  /** Whether the timer keeps the process alive. Default: true. */
  keepsAlive?: boolean;
}

/** Time as an engine sees it; `db-session/testing` has one that stands still until it is told to move. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes backwards. */
  now(): number;
  /** Calls once, `millis` later; `Infinity` is never, and times beyond one timer's 2³¹ − 1 ms are chained. */
  startTimer(callback: () => void, millis: number, options?: TimerOptions): Timer;
}

const MAX_TIMER_MILLIS = 2 ** 31 - 1;
const neverFires: Timer = { clear() {} };

export const systemClock: Clock = {
  now: () => performance.now(),
  startTimer(callback, millis, { keepsAlive = true } = {}) {
    if (millis === Infinity) return neverFires;
    let left = millis;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const step = Math.min(left, MAX_TIMER_MILLIS);
      left -= step;
      timer = setTimeout(left > 0 ? arm : callback, step);
      if (!keepsAlive) timer.unref();
    };
    arm();
    return { clear: () => clearTimeout(timer) };
  },
};
