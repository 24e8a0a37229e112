// The second half of the demo: the service under the same load, before the fixes and after them.
/* global AbortController */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clients, sum } from "./database.mjs";
import { printHead, watch } from "./live-table.mjs";
import { badCount, newCounts, probe, requestCount, requestsPerSecond, send, sendLoad } from "./load.mjs";
import { startService } from "./service.mjs";
import { fail, paint, say, showProgress } from "./terminal.mjs";

const SETTLE_MILLIS = 300;
const goodCount = requestCount - badCount;

export async function showBefore(server, example, directory) {
  say(
    "5. The service before the fixes",
    `${requestCount} requests, ${requestsPerSecond} a second, to the example as it stands. ${badCount} of them ask for what the database refuses,
such as the month 13: their queries fail, as queries do. Each pool may hold 10 connections (orders: 15).

  answered        status 200
  refused         the query failed: status 400
  timed out       no connection came free within 2 s: status 503
  in transaction  connections with an open transaction in which nothing runs`,
  );
  const seen = await run(server, example, "before", directory);
  const { stock, reports, orders } = seen.pools;
  const { answered, timedOut, waitedMillis } = seen.counts;
  console.log(`
The load is over and nobody asks anything. And yet:
- stock (pg): ${describe(stock)}. \`findStock\` lost one with each query that failed.
- reports (typeorm): ${describe(reports)}. PostgreSQL keeps ${seen.server.reports.inTransaction} transactions open for them.
- orders (db-session): ${describe(orders)}. \`expireCarts\` loses one each time it fails,
  until the garbage collector finds it.
- Of ${goodCount} good requests ${answered} were answered. ${timedOut} requests timed out: each waited ${seconds(waitedMillis / Math.max(1, timedOut))} for a connection
  that never came back, up to ${seen.longestQueue} at a time in the queue for stock.
- One more good request, ${describeProbe(seen)}. Only a restart helps.`);

  claim(stock.inUse > 0 && stock.idle === 0, "the stock pool lost all its connections");
  claim(seen.server.reports.inTransaction > 0, "reports are held in open transactions");
  claim(timedOut > 0 && seen.longestQueue > 0, "requests waited and timed out");
  claim(seen.probe.status === 503, "a good request times out");
  return { lost: sum(seen.pools, "inUse"), timedOut };
}

export async function showAfter(server, example, directory) {
  say("6. The service after the fixes", "The same load, to the copy that `eslint --fix` made:");
  const seen = await run(server, example, "after", directory);
  const { answered, refused, timedOut } = seen.counts;
  const inTransaction = sum(seen.server, "inTransaction");
  console.log(`
The load is over:
${clients.map((client) => `- ${client}: ${describe(seen.pools[client])}.`).join("\n")}
- All ${answered} good requests were answered, the ${refused} others got the database's error, ${timedOut} timed out.
- PostgreSQL still holds ${sum(seen.server, "held")} connections, ${inTransaction} of them in a transaction. They are idle, not lost: the pools keep
  them for the next request.
- One more good request, ${describeProbe(seen)}.`);

  for (const client of clients) claim(seen.pools[client].inUse === 0, `no connection of ${client} is lost`);
  claim(inTransaction === 0, "no transaction is left open");
  claim(timedOut === 0, "no request times out");
  claim(answered === goodCount, "every good request is answered");
  claim(refused === badCount, "every bad request gets the database's error");
  claim(seen.probe.status === 200, "a good request is answered");
  return { lost: sum(seen.pools, "inUse"), timedOut };
}

async function run(server, example, label, directory) {
  const { service, database } = await showProgress("Starting the service", async () => {
    const made = await server.createDatabase(label, join(example, "schema.sql"));
    const outfile = join(directory, `service-${label}.mjs`);
    return { database: made, service: await startService(example, outfile, made) };
  });
  try {
    const counts = newCounts();
    const ended = new AbortController();
    printHead();
    const [seen] = await Promise.all([
      watch({ url: service.url, counts, server, database, signal: ended.signal }),
      sendLoad(service.url, counts)
        .then(() => sleep(SETTLE_MILLIS))
        .finally(() => ended.abort()),
    ]);
    if (counts.other > 0) fail(`${counts.other} requests ended in a way that the demo does not expect.`);
    return { ...seen, probe: await send(service.url, probe) };
  } finally {
    await service.stop();
  }
}

function describe({ inUse, idle, waiting }) {
  return paint(inUse > 0 ? "red" : "green", `${inUse} in use, ${idle} idle, ${waiting} waiting`);
}

function describeProbe({ probe: { status, millis } }) {
  return `${probe.method} ${probe.path}: status ${status} after ${seconds(millis)}`;
}

function seconds(millis) {
  return `${(millis / 1000).toFixed(millis < 100 ? 3 : 1)} s`;
}

/** The demo must not look well when it does not show what it says. */
function claim(holds, text) {
  if (!holds) fail(`It was to show that ${text}, and that is not so.`);
}
