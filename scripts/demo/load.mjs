// A small load: a fixed number of requests at a fixed pace, to 127.0.0.1 only, each given up after a while.
/* global fetch, AbortSignal */
import { setTimeout as sleep } from "node:timers/promises";

export const requestCount = 120;
export const requestsPerSecond = 40;
const GIVEN_UP_AFTER_MILLIS = 5_000;

const good = {
  stock: { method: "GET", path: "/stock/tea" },
  report: { method: "GET", path: "/reports/2026-10-01" },
  order: { method: "POST", path: "/orders", body: JSON.stringify({ item: "tea", quantity: 1 }) },
};
/** Requests whose query the database refuses: a text with a zero byte, a month 13, a cart that a payment refers to. */
const bad = {
  stock: { method: "GET", path: "/stock/%00", isBad: true },
  report: { method: "GET", path: "/reports/2026-13-01", isBad: true },
  job: { method: "POST", path: "/jobs/expire-carts", isBad: true },
};
// prettier-ignore
const cycle = [
  good.stock, good.report, bad.stock, good.stock, bad.report, good.stock, good.report, good.stock, bad.stock, good.order,
  bad.report, good.stock, good.report, good.stock, bad.stock, good.stock, bad.report, good.report, good.stock, bad.job,
];

export const badCount = Array.from({ length: requestCount }, (_, n) => cycle[n % cycle.length]).filter(
  ({ isBad }) => isBad,
).length;

/** Sends the load and counts in `counts` what becomes of it. Resolves when every request has an answer or was given up. */
export async function sendLoad(url, counts) {
  const requests = [];
  const start = performance.now();
  for (let n = 0; n < requestCount; n++) {
    await sleep(Math.max(0, start + (n * 1000) / requestsPerSecond - performance.now()));
    requests.push(sendCounted(url, cycle[n % cycle.length], counts));
  }
  await Promise.all(requests);
}

/** @returns the request's status and the time that it took, in milliseconds */
export async function send(url, { method, path, body }) {
  const start = performance.now();
  const response = await fetch(url + path, { method, body, signal: AbortSignal.timeout(GIVEN_UP_AFTER_MILLIS) });
  const text = await response.text();
  return { status: response.status, text, millis: performance.now() - start };
}

export function newCounts() {
  return { sent: 0, open: 0, answered: 0, refused: 0, timedOut: 0, other: 0, waitedMillis: 0 };
}

async function sendCounted(url, request, counts) {
  counts.sent++;
  counts.open++;
  try {
    const { status, millis } = await send(url, request);
    if (status < 300) counts.answered++;
    else if (status === 400) counts.refused++;
    else if (status === 503) {
      counts.timedOut++;
      counts.waitedMillis += millis;
    } else counts.other++;
  } catch (error) {
    if (error.name === "TimeoutError") {
      counts.timedOut++;
      counts.waitedMillis += GIVEN_UP_AFTER_MILLIS;
    } else counts.other++;
  } finally {
    counts.open--;
  }
}

/** One more good request, when the load is over. */
export const probe = good.stock;
