/** Collects unhandled rejections and uncaught exceptions until it is disposed of. */
export interface RejectionGuard extends Disposable {
  readonly seen: unknown[];
}

export function watchUnhandledRejections(): RejectionGuard {
  const seen: unknown[] = [];
  const note = (reason: unknown): void => {
    seen.push(reason);
  };
  process.on("unhandledRejection", note);
  process.on("uncaughtExceptionMonitor", note);
  return {
    seen,
    [Symbol.dispose]() {
      process.off("unhandledRejection", note);
      process.off("uncaughtExceptionMonitor", note);
    },
  };
}

/**
 * Collects the unhandled rejections of programs that are run here, which are no fault of the test, until it is disposed of: nobody
 * else hears of them.
 */
export function takeUnhandledRejections(): RejectionGuard {
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const guard = watchUnhandledRejections();
  return {
    seen: guard.seen,
    [Symbol.dispose]() {
      guard[Symbol.dispose]();
      for (const listener of others) process.on("unhandledRejection", listener);
    },
  };
}
