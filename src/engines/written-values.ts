import type { PoolSettings, Setting, SettingName } from "../libraries/description.js";

/** An option to add. */
export interface Addition {
  /** Dotted. */
  readonly path: string;
  /** Source text. */
  readonly value: string;
}

export interface WrittenValues {
  /** The library's present defaults: nothing changes, now they are in the open. */
  readonly present: readonly Addition[];
  /** Where the present default is no limit, or not the same everywhere. */
  readonly proposed: readonly Addition[];
}

/** What a fix writes for the settings that are not given. */
export function valuesToWrite(pool: PoolSettings, names: readonly SettingName[]): WrittenValues {
  const present: Addition[] = [];
  const proposed: Addition[] = [];
  for (const name of names) {
    const setting = pool.settings[name];
    const path = setting?.paths[0];
    if (!setting || path === undefined || setting.noFix) continue;
    if (typeof setting.default === "number") present.push({ path, value: String(setting.default) });
    else proposed.push({ path, value: String(proposalFor(name, setting)) });
  }
  return { present, proposed };
}

/** Ten connections, half an hour to live, thirty seconds for anything else. */
function proposalFor(name: SettingName, { unit, proposal }: Setting): number {
  if (proposal !== undefined) return proposal;
  if (unit === "connections") return name === "minSize" ? 0 : 10;
  const seconds = name === "maxLifetime" ? 1800 : 30;
  return unit === "ms" ? seconds * 1000 : seconds;
}
