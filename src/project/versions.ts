export type Version = readonly [major: number, minor: number, patch: number];

export function parseVersion(text: string | undefined): Version | undefined {
  const match = /^\s*[v=]*\s*(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?/iu.exec(text ?? "");
  return match ? [Number(match[1]), part(match[2]), part(match[3])] : undefined;
}

function part(text: string | undefined): number {
  return text === undefined || /\D/u.test(text) ? 0 : Number(text);
}

export function isAtLeast(version: Version | undefined, minimum: Version | undefined): boolean {
  if (!version || !minimum) return false;
  for (const index of [0, 1, 2] as const) {
    if (version[index] !== minimum[index]) return version[index] > minimum[index];
  }
  return true;
}

/** The oldest version of each alternative of a range; `undefined` where one of them has no lower bound that can be read. */
export function findLowerBounds(range: string | undefined): readonly Version[] | undefined {
  if (range === undefined) return undefined;
  const bounds = range
    .replace(/^(?:npm:(?:@[^/]+\/)?[^@]*@|workspace:)/u, "")
    .split("||")
    .map(lowerBoundOfAlternative);
  return bounds.every((bound) => bound !== undefined) ? bounds : undefined;
}

export function findLowerBound(range: string | undefined): Version | undefined {
  return findLowerBounds(range)?.reduce((oldest, bound) => (isAtLeast(bound, oldest) ? oldest : bound));
}

/** The highest of what bounds it from below: in `>=18 >=20.4 <24`, 20.4. */
function lowerBoundOfAlternative(text: string): Version | undefined {
  const comparators = text
    .replace(/([<>=~^]+)\s+/gu, "$1")
    .trim()
    .split(/\s+-\s+.*|\s+/u)
    .filter(Boolean);
  let bound: Version | undefined;
  for (const comparator of comparators) {
    const match = /^(>=|>|\^|~>?|=|v|)(v?\d.*)$/u.exec(comparator);
    if (!match) {
      if (/^<=?/u.test(comparator)) continue;
      return undefined;
    }
    const version = parseVersion(match[2]);
    if (!version) return undefined;
    if (!bound || isAtLeast(version, bound)) bound = version;
  }
  return bound;
}
