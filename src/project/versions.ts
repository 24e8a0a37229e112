import { join } from "node:path";
import Range from "semver/classes/range.js";
import type SemVer from "semver/classes/semver.js";
import coerce from "semver/functions/coerce.js";
import parse from "semver/functions/parse.js";
import minVersion from "semver/ranges/min-version.js";
import type { PackageVersion } from "../libraries/description.js";
import { findDependencyRange, findDirectory, findUpwards, readObject } from "./files.js";

/** Pre-releases count as what they precede: they have its interface. */
export function isAtLeast(version: SemVer | undefined, minimum: string): boolean {
  const bound = coerce(minimum);
  return bound !== null && version !== undefined && version.compareMain(bound) >= 0;
}

/** The oldest version of each alternative of a range; `undefined` where one of them has no lower bound that can be read. */
export function oldestOfEach(range: string | undefined): readonly SemVer[] | undefined {
  const oldest = parseRange(range)?.set.map((comparators) =>
    minVersion(comparators.map(({ value }) => value).join(" ")),
  );
  const areBounds = (versions: readonly (SemVer | null)[] | undefined): versions is readonly SemVer[] =>
    versions?.every((version) => version !== null && version.compareMain("0.0.0") > 0) === true;
  return areBounds(oldest) ? oldest : undefined;
}

/** As package.json has it: perhaps under another name, or of the workspace. */
function parseRange(range: string | undefined): Range | undefined {
  if (range === undefined) return undefined;
  try {
    return new Range(range.replace(/^(?:npm:(?:@[^/]+\/)?[^@]*@|workspace:)/u, ""), { loose: true });
  } catch {
    return undefined;
  }
}

/**
 * The version that `file` would get of a package: the one in node_modules, else the oldest that package.json allows.
 * `undefined`, where it cannot be known, stands for the oldest there is.
 */
export function oldestVersion(name: string, file: string): SemVer | undefined {
  return installedVersion(name, file) ?? oldestIn(findDependencyRange(name, file));
}

function oldestIn(range: string | undefined): SemVer | undefined {
  return oldestOfEach(range)?.reduce((oldest, version) => (version.compare(oldest) < 0 ? version : oldest));
}

function installedVersion(name: string, file: string): SemVer | undefined {
  const path = findUpwards(findDirectory(file), join("node_modules", name, "package.json"));
  const version = path === undefined ? undefined : readObject(path)?.["version"];
  return parse(typeof version === "string" ? version : undefined, { loose: true }) ?? undefined;
}

/** What a file may get of a package, beside one version of it: older ones, that one or newer, or package.json allows both. */
export type Age = "older" | "since" | "either";

/** Where nothing is known, or the version given is none, the newest is meant. */
export function ageOf({ package: name, version }: PackageVersion, file: string): Age {
  const installed = installedVersion(name, file);
  if (installed) return isAtLeast(installed, version) ? "since" : "older";
  const text = findDependencyRange(name, file);
  const range = parseRange(text);
  const since = parseRange(`>=${coerce(version)?.version}`);
  if (!range || !since) return "since";
  if (!range.intersects(since)) return "older";
  const oldest = oldestIn(text);
  return !oldest || isAtLeast(oldest, version) ? "since" : "either";
}
