interface Counterpart {
  option: string;
  /** Milliseconds in one of the foreign option's unit, where it is a time. */
  millis?: number;
}

/** What other pools call the same; in lower case and without separators. */
const counterparts: Readonly<Record<string, Counterpart>> = {
  // SQLAlchemy
  pooltimeout: { option: "poolTimeoutMillis", millis: 1_000 },
  poolrecycle: { option: "poolRecycleMillis", millis: 1_000 },
  preping: { option: "poolPrePing" },
  uselifo: { option: "poolUseLifo" },
  resetonreturn: { option: "poolResetOnReturn" },
  echopool: { option: "echo" },
  // pg and the pools built like its own
  max: { option: "poolSize" },
  maxconnections: { option: "poolSize" },
  connectionlimit: { option: "poolSize" },
  maximumpoolsize: { option: "poolSize" },
  maxpoolsize: { option: "poolSize" },
  overflow: { option: "maxOverflow" },
  min: { option: "minIdle" },
  minimumidle: { option: "minIdle" },
  minpoolsize: { option: "minIdle" },
  connectiontimeoutmillis: { option: "poolTimeoutMillis", millis: 1 },
  acquiretimeoutmillis: { option: "poolTimeoutMillis", millis: 1 },
  acquireconnectiontimeout: { option: "poolTimeoutMillis", millis: 1 },
  connectiontimeout: { option: "poolTimeoutMillis", millis: 1 },
  connecttimeout: { option: "poolTimeoutMillis", millis: 1_000 },
  timeout: { option: "poolTimeoutMillis", millis: 1_000 },
  idletimeout: { option: "idleTimeoutMillis", millis: 1_000 },
  maxidletime: { option: "idleTimeoutMillis", millis: 1_000 },
  maxlifetimeseconds: { option: "poolRecycleMillis", millis: 1_000 },
  maxlifetime: { option: "poolRecycleMillis", millis: 1_000 },
  leakdetectionthreshold: { option: "leakWarningMillis", millis: 1 },
  maxwaitingclients: { option: "maxWaiting" },
  queuelimit: { option: "maxWaiting" },
  testonborrow: { option: "poolPrePing" },
  log: { option: "logger" },
  logging: { option: "echo" },
  connectionstring: { option: "url" },
};

const partsOfUrl = new Set(["host", "hostname", "port", "user", "username", "password", "database", "dbname", "ssl"]);

const suffixes: readonly [pattern: RegExp, millis: number][] = [
  [/(millis|milliseconds|ms)$/, 1],
  [/(seconds|secs|sec|s)$/, 1_000],
  [/(minutes|mins|min)$/, 60_000],
];

/** @throws {TypeError} for an option that does not exist, which names the likely one and its unit */
export function assertKnown(options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) throw new TypeError(`Unknown option ${name}${advice(name, value, known)}`);
  }
}

function advice(name: string, value: unknown, known: readonly string[]): string {
  const plain = simplified(name);
  if (partsOfUrl.has(plain) && known.includes("driver")) return ": it is a part of the URL.";
  const { option, millis } = findCounterpart(plain, known) ?? {};
  if (!option) return `. Known are ${known.join(", ")}.`;
  if (plain === "max") return `: did you mean ${example(option, value, 1)}, with maxOverflow: 0?`;
  return `: did you mean ${example(option, value, millis ?? 1)}?`;
}

function findCounterpart(plain: string, known: readonly string[]): Counterpart | undefined {
  const same = known.find((option) => simplified(option) === plain);
  if (same) return { option: same };
  const listed = counterparts[plain];
  if (listed && (known.includes(listed.option) || listed.option === "url")) return listed;
  for (const [pattern, millis] of suffixes) {
    const stem = plain.replace(pattern, "");
    const timed = known.find((option) => simplified(option) === `${stem}millis`);
    if (stem !== plain && timed) return { option: timed, millis };
  }
  // A time whose name has no unit: seconds, as in most places.
  const untimed = known.find((option) => simplified(option) === `${plain}millis`);
  if (untimed) return { option: untimed, millis: 1_000 };
  const [closest] = known
    .map((option) => ({ option, distance: editDistance(simplified(option), plain) }))
    .sort((a, b) => a.distance - b.distance);
  return closest && closest.distance <= Math.max(1, Math.floor(plain.length / 4)) ? closest : undefined;
}

/** The option with the value that would mean the same; no other values are shown, they may be secrets. */
function example(option: string, value: unknown, millis: number): string {
  if (typeof value !== "number" || Number.isNaN(value)) return option;
  if (value < 0) return `${option}: Infinity`;
  // Nobody waits for as many seconds.
  const factor = millis === 1_000 && value >= 1_000 && option === "poolTimeoutMillis" ? 1 : millis;
  return `${option}: ${value * factor}`;
}

function simplified(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Letters added, left out, replaced, or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const above = rows[i - 1]!;
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
      }
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
