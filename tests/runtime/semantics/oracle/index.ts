import { concurrency } from "./concurrency.js";
import { failures } from "./failures.js";
import { pools } from "./pools.js";
import { sessions } from "./sessions.js";
import type { Replay } from "./support.js";
import { waiting } from "./waiting.js";

export { differences, nothingToCompare } from "./differences.js";

/** By the keys of the golden file. */
export const replays: Record<string, Replay> = { ...waiting, ...pools, ...sessions, ...concurrency, ...failures };

/** Paths of times, in seconds; every other number has to be equal. */
const times = [
  /^lost_wakeup_on_connect_failure \/ [AB] \/ 0$/,
  /^acquire_timeout \/ .* \/ 0$/,
  /^cancel_during_query \/ took$/,
  /^concurrent_session_use \/ two_executes_on_established \/ 0$/,
  /^dispose_with_waiters \/ .* \/ 1$/,
];

export const isTime = (path: string): boolean => times.some((pattern) => pattern.test(path));

/** How far numbers may be apart: the golden times are rounded, and the back-off has jitter. */
export const toleranceAt = (path: string): number => (isTime(path) ? 0.05 : 0);
