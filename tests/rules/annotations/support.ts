import type { CaseTable } from "../../support/rule-tester.js";
import type { InvalidCase, ValidCase } from "../../support/cases.js";
import { dedent } from "../require-scope/support.js";

type Extras = Omit<ValidCase, "code" | "name">;

export interface Reported extends Extras {
  readonly code: string;
  /** "neverClosed: pool.connect(" for each report: what is said, and the text where it begins. */
  readonly errors: readonly string[];
}

export type Silent = Readonly<Record<string, string | (Extras & { readonly code: string })>>;

/** Fixes are left out: they have their tables elsewhere. */
const withoutFixes = { scopeStyle: "using", runtime: false };

/** Verdicts by name; where a report stands is given by the text that it begins with. */
export function told(silent: Silent, reported: Readonly<Record<string, Reported>>): CaseTable {
  return {
    valid: Object.entries(silent).map(([name, entry]) => {
      const { code, ...extras } = typeof entry === "string" ? { code: entry } : entry;
      return { ...extras, name, code: dedent(code), settings: { ...withoutFixes, ...extras.settings } };
    }),
    invalid: Object.entries(reported).map(([name, { code: written, errors, ...extras }]): InvalidCase => {
      const code = dedent(written);
      return {
        ...extras,
        name,
        code,
        settings: { ...withoutFixes, ...extras.settings },
        errors: errors.map((error) => placed(error, code)),
      };
    }),
  };
}

function placed(error: string, code: string): InvalidCase["errors"][number] {
  const [messageId = "", at = ""] = error.split(/: (.*)/su);
  const start = code.indexOf(at);
  if (start < 0) throw new Error(`no ${at} in\n${code}`);
  const before = code.slice(0, start);
  return { messageId, line: before.split("\n").length, column: start - before.lastIndexOf("\n") };
}
