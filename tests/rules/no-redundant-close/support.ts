import type { ExpectedError, InvalidCase, ValidCase } from "../../support/rule-tester.js";

/** Stands before a close that is reported. */
const reported = "◆";
/** Stands on the line of the scope that the messages name. */
const scoped = "◇";

export interface Shown {
  readonly messageId: "redundant" | "harmful" | "earlyClose";
  readonly name: string;
  readonly session: string;
  readonly ended?: "closed" | "committed" | "rolled back" | "destroyed";
  readonly scope: string;
  readonly line?: number;
  readonly consequence?: string;
  /** What the suggestion makes of the code; `line`: the reported line is gone. */
  readonly suggests?: string;
}

export interface Case extends Omit<InvalidCase, "code" | "errors" | "output"> {
  readonly code: string;
  /** Absent: the lines of the reported closes are gone. `null`: no fix. */
  readonly output?: string | readonly string[] | null;
}

/** Cases over one beginning of the file, each with its marks. */
export function casesOver(
  preamble: string,
  usual: Partial<Shown>,
): {
  invalid(
    name: string,
    code: string,
    shown: Partial<Shown> | readonly Partial<Shown>[],
    more?: Omit<Case, "code">,
  ): InvalidCase;
  valid(cases: Readonly<Record<string, string | (Omit<ValidCase, "code"> & { code: string })>>): ValidCase[];
} {
  const head = preamble === "" ? "" : `${dedent(preamble)}\n`;
  const whole = (code: string): string => head + dedent(code);
  return {
    invalid(name, code, shown, { output, ...more } = {}) {
      const marked = whole(code);
      const plain = unmarked(marked);
      const list = (Array.isArray(shown) ? shown : [shown]) as readonly Partial<Shown>[];
      const places = placesOf(marked);
      if (places.length !== list.length) throw new Error(`${name}: ${places.length} marks, ${list.length} reports`);
      const errors = places.map((place, index) => errorAt(place, { ...usual, ...list[index] }, marked, whole));
      const suggests = list.some((one) => one.suggests !== undefined);
      const fixed =
        output === undefined && !suggests && list.every((one) => (one.messageId ?? usual.messageId) !== "earlyClose");
      return {
        ...more,
        name,
        code: plain,
        errors,
        output: fixed
          ? withoutMarkedLines(marked)
          : typeof output === "string"
            ? whole(output)
            : Array.isArray(output)
              ? output.map(whole)
              : null,
      };
    },
    valid: (cases) =>
      Object.entries(cases).map(([name, given]) => {
        const { code, ...more } = typeof given === "string" ? { code: given } : given;
        return { ...more, name, code: whole(code) };
      }),
  };
}

function placesOf(marked: string): { line: number; column: number }[] {
  return marked.split("\n").flatMap((text, index) => {
    const places: { line: number; column: number }[] = [];
    const bare = text.replaceAll(scoped, "");
    for (let at = bare.indexOf(reported), count = 0; at >= 0; at = bare.indexOf(reported, at + 1), count++) {
      places.push({ line: index + 1, column: at + 1 - count });
    }
    return places;
  });
}

function errorAt(
  place: { line: number; column: number },
  shown: Partial<Shown>,
  marked: string,
  whole: (code: string) => string,
): ExpectedError {
  const { messageId = "redundant", name, session, ended = "closed", scope, consequence, suggests } = shown;
  const line = shown.line ?? marked.split("\n").findIndex((text) => text.includes(scoped)) + 1;
  const data = {
    name,
    session,
    ended,
    scope,
    line: String(line),
    ...(consequence === undefined ? {} : { consequence }),
  };
  const suggestion = messageId === "earlyClose" ? "narrowScope" : "removeClose";
  const output =
    suggests === "line" ? withoutMarkedLines(marked) : suggests === undefined ? undefined : whole(suggests);
  return {
    messageId,
    data,
    ...place,
    suggestions: output === undefined ? [] : [{ messageId: suggestion, output }],
  };
}

function withoutMarkedLines(marked: string): string {
  const kept = marked.split("\n").filter((text) => !text.includes(reported));
  return unmarked(kept.join("\n"));
}

function unmarked(code: string): string {
  return code.replaceAll(reported, "").replaceAll(scoped, "");
}

export function dedent(text: string): string {
  const lines = text.replace(/^\n/, "").trimEnd().split("\n");
  const depth = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)![0].length));
  return `${lines.map((line) => line.slice(depth)).join("\n")}\n`;
}
