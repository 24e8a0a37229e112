import type { PoolSettings, Setting, SettingName } from "../libraries/description.js";
import type { Addition } from "./written-values.js";
import type { SeenSettings } from "./pool-settings.js";

/** "`max` and `connectionTimeoutMillis`", as the library calls them. */
export function settingsPhrase(pool: PoolSettings, names: readonly SettingName[]): string {
  return listed(names.map((name) => `\`${pool.settings[name]?.paths[0] ?? pool.settings[name]?.url?.[0] ?? name}\``));
}

/** "`max: 10` and `connectionTimeoutMillis: 30000`" */
export function optionsPhrase(additions: readonly Addition[]): string {
  return listed(additions.map(({ path, value }) => `\`${path}: ${value}\``));
}

/** What the library does about the settings that are not given; completes its name: "keeps 10 connections …". */
export function defaultsPhrase({ pool, presence }: SeenSettings, missing: readonly SettingName[]): string {
  const spokenOf: readonly SettingName[] = ["size", "acquireTimeout"];
  const isWhole = spokenOf.every((name) => (presence.get(name) ?? "unset") === "unset") && missing.includes("size");
  const rest = isWhole ? missing.filter((name) => !spokenOf.includes(name)) : missing;
  const phrases = rest.flatMap((name) => {
    const setting = pool.settings[name];
    return setting ? [setting.silently ?? phraseOf(name, setting)] : [];
  });
  if (!isWhole) return listed(phrases);
  if (phrases.length === 0) return pool.defaults;
  return `${pool.defaults}; it ${listed(phrases)}`;
}

function phraseOf(name: SettingName, { default: value, unit }: Setting): string {
  const time = typeof value === "number" ? duration(value, unit) : "a time of its own choice";
  const isEndless = value === "unlimited" || (value === 0 && unit !== "connections");
  switch (name) {
    case "size":
      if (typeof value !== "number") return isEndless ? "opens any number of connections" : "chooses its own size";
      return `keeps ${value} ${value === 1 ? "connection" : "connections"}`;
    case "acquireTimeout":
      return `waits ${isEndless ? "for ever" : time} for a free connection`;
    case "idleTimeout":
      return isEndless ? "never closes an idle connection" : `closes a connection that is idle for ${time}`;
    case "maxLifetime":
      return isEndless ? "never replaces an old connection" : `replaces a connection after ${time}`;
    case "minSize":
      return value === 0 ? "keeps no idle connection ready" : `keeps ${String(value)} idle connections ready`;
  }
}

function duration(value: number, unit: Setting["unit"]): string {
  const seconds = unit === "ms" ? value / 1000 : value;
  if (seconds < 1) return `${value} ms`;
  return seconds % 60 === 0 && seconds >= 120 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
