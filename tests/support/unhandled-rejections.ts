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
