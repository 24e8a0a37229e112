/** A program as it is linted, and as it is executed on fakes that keep record. */
export interface PrintedProgram {
  readonly linted: string;
  readonly executed: string;
  /** How many places open. */
  readonly sites: number;
}

/** Text that stands differently in the program that is executed. */
export function both(linted: string, executed: string): string {
  return `\u0001${linted}\u0002${executed}\u0003`;
}

const dual = /\u0001([^\u0002]*)\u0002([^\u0003]*)\u0003/g;

export function asLinted(text: string): string {
  return text.replace(dual, "$1");
}

export function asExecuted(text: string): string {
  return text.replace(dual, "$2");
}

/** Which opening a call is: its number stands before it. */
export function siteBefore(linted: string, index: number): number | undefined {
  const marker = /\/\*(\d+)\*\/$/.exec(linted.slice(Math.max(0, index - 12), index));
  return marker ? Number(marker[1]) : undefined;
}

export function siteMarker(site: number): string {
  return `/*${site}*/`;
}
