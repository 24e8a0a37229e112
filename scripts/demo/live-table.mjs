// The live view of one run: a line every half a second, with what the callers, a pool and PostgreSQL see at the same time.
import { setTimeout as sleep } from "node:timers/promises";
import { clients, sum } from "./database.mjs";
import { send } from "./load.mjs";

const INTERVAL_MILLIS = 500;
const ROWS_AT_MOST = 40;

const groups = [
  {
    title: "requests",
    columns: [
      ["time", 6, ({ millis }) => `${(millis / 1000).toFixed(1)} s`],
      ["sent", 5, ({ counts }) => counts.sent],
      ["answered", 9, ({ counts }) => counts.answered],
      ["refused", 8, ({ counts }) => counts.refused],
      ["timed out", 10, ({ counts }) => counts.timedOut],
    ],
  },
  {
    title: "stock pool",
    columns: ["in use", "idle", "waiting"].map((title) => [
      title,
      title.length + 2,
      ({ pools }) => pools.stock[title === "in use" ? "inUse" : title],
    ]),
  },
  {
    title: "PostgreSQL holds connections of",
    columns: [
      ...clients.map((client) => [client, client.length + 2, ({ server }) => server[client].held]),
      ["in transaction", 16, ({ server }) => sum(server, "inTransaction")],
    ],
  },
];
const columns = groups.flatMap((group) => group.columns);

export function printHead() {
  const heads = groups.map((group) => {
    const width = group.columns.reduce((total, [, columnWidth]) => total + columnWidth, 0);
    return `  ${`-- ${group.title} `.padEnd(width - 2, "-")}`;
  });
  console.log(heads.join(""));
  console.log(columns.map(([title, width]) => title.padStart(width)).join(""));
}

/** Prints a line at once and every half a second until `signal` aborts. Returns the last state and the longest queue that was seen. */
export async function watch({ url, counts, server, database, signal }) {
  const start = performance.now();
  let longestQueue = 0;
  const look = async () => {
    const [{ text }, held] = await Promise.all([
      send(url, { method: "GET", path: "/pools" }),
      server.countConnections(database.name),
    ]);
    const row = { pools: JSON.parse(text), server: held, counts, millis: performance.now() - start };
    longestQueue = Math.max(longestQueue, row.pools.stock.waiting);
    console.log(columns.map(([, width, valueOf]) => String(valueOf(row)).padStart(width)).join(""));
    return row;
  };
  for (let rows = 1; rows < ROWS_AT_MOST && !signal.aborted; rows++) {
    await look();
    await sleep(INTERVAL_MILLIS, undefined, { signal }).catch(() => {});
  }
  return { ...(await look()), longestQueue };
}
