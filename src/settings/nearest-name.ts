/** The one of `names` that somebody who wrote `written` is likely to have meant. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  return names.find((name) => plain(name) === plain(written)) ?? names.find((name) => isLikely(written, name));
}

/** A part of it, or at most two edits away; of short names fewer. */
function isLikely(written: string, name: string): boolean {
  const [a, b] = [plain(written), plain(name)];
  if (a.length > 2 && (b.startsWith(a) || a.startsWith(b))) return true;
  return distance(a, b) <= Math.min(2, Math.floor(Math.max(a.length, b.length) / 2));
}

/** Case, dashes and underscores do not matter. */
function plain(text: string): string {
  return text.replace(/[-_]/gu, "").toLowerCase();
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
