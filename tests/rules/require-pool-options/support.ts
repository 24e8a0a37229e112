import type { InvalidCase, ValidCase } from "../../support/rule-tester.js";

export interface Report extends Omit<ValidCase, "code" | "settings"> {
  readonly code: string;
  /** What the report begins with in the code; its first occurrence unless `nth` says otherwise. */
  readonly at: string;
  readonly nth?: number;
  readonly engine: string;
  readonly library: string;
  readonly settings: string;
  readonly defaults: string;
  readonly output?: string | null;
  readonly suggestion?: readonly [options: string, output: string];
}

/** A case with one report. */
export function missing(report: Report): InvalidCase {
  const { at, nth = 1, engine, library, settings, defaults, output = null, suggestion, ...testCase } = report;
  let offset = -1;
  for (let count = 0; count < nth; count++) offset = testCase.code.indexOf(at, offset + 1);
  const before = testCase.code.slice(0, offset).split("\n");
  return {
    ...testCase,
    output,
    errors: [
      {
        messageId: "missing",
        data: { engine, library, settings, defaults },
        line: before.length,
        column: before.at(-1)!.length + 1,
        suggestions: suggestion
          ? [{ messageId: "write", data: { options: suggestion[0] }, output: suggestion[1] }]
          : [],
      },
    ],
  };
}

export const onlySize = [{ require: ["size"] }];
export const onlyAcquireTimeout = [{ require: ["acquireTimeout"] }];
export const everySetting = [{ require: ["size", "acquireTimeout", "idleTimeout", "maxLifetime", "minSize"] }];
