import { RuleTester as ESLint10 } from "eslint";
import eslint8 from "eslint-v8/use-at-your-own-risk";
import { RuleTester as ESLint9 } from "eslint-v9";
import { RuleTester as Oxlint } from "oxlint/plugins-dev";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import type { Rule } from "../../src/rule.js";
import {
  type HostName,
  type InvalidCase,
  type ParserName,
  type PlacedCase,
  type ValidCase,
  fileOf,
  passesOf,
  place,
  root,
  runsOn,
  sourceTypeOf,
} from "./cases.js";
import { CaseProgram } from "./case-program.js";
import { describeUnderOxlintCli } from "./oxlint-cli.js";
import { assertFixInvariants } from "./fix-invariants.js";
import { languageOptionsFor } from "./parsers.js";

export type { ExpectedError, InvalidCase, ValidCase } from "./cases.js";

export interface CaseTable {
  readonly valid: readonly (string | ValidCase)[];
  readonly invalid: readonly InvalidCase[];
}

interface HostTester {
  run(name: string, rule: never, tests: never): void;
}
interface TesterClass {
  new (config?: never): HostTester;
  describe: unknown;
  it: unknown;
  itOnly: unknown;
}

const testers: Readonly<Record<HostName, TesterClass>> = {
  "eslint-10": ESLint10,
  "eslint-9": ESLint9,
  "eslint-8": eslint8.FlatRuleTester,
  oxlint: Oxlint,
};
for (const tester of Object.values(testers)) Object.assign(tester, { describe, it, itOnly: it.only });

const matrix: readonly (readonly [HostName, ParserName])[] = [
  ["eslint-10", "espree"],
  ["eslint-10", "typescript"],
  ["eslint-10", "typed"],
  ["eslint-9", "espree"],
  ["eslint-9", "typescript"],
  ["eslint-9", "typed"],
  ["eslint-8", "espree"],
  ["eslint-8", "typescript"],
  ["eslint-8", "typed"],
  ["oxlint", "oxc"],
];
/** While something is being written: `DB_SESSION_HOSTS=eslint-10` leaves the other hosts out, several are parted by commas. */
const wanted = process.env["DB_SESSION_HOSTS"]?.split(",");
/** Oxlint's rule tester needs it. Below, the tables run under its command line, which cannot show suggestions. */
const hasOxlintTester = Number(process.versions.node.split(".")[0]) >= 22;

/** Runs one table of cases under every host with every parser, then asserts what must hold after each fix. */
export function testRule(name: string, rule: unknown, table: CaseTable): void {
  const tested = rule as Rule;
  const given = [
    ...table.valid.map((entry) => place(typeof entry === "string" ? { code: entry } : entry, true)),
    ...table.invalid.map((entry) => place(entry, false)),
  ];
  const chosen = given.some(({ only }) => only) ? given.filter(({ only }) => only) : given;
  const program = new CaseProgram(chosen);

  describe(name, () => {
    it("states what and where in every invalid case", () => {
      for (const testCase of chosen) if (!testCase.isValid) assertComplete(testCase, tested);
    });
    for (const [host, parser] of matrix) {
      const cases = chosen.filter((testCase) => runsOn(testCase, host, parser));
      if (wanted?.includes(host) === false) continue;
      if (cases.length === 0 || (host === "oxlint" && !oxlintCanRun(name))) continue;
      describe(`${host}, ${parser}`, () => {
        if (host === "oxlint" && !hasOxlintTester) return describeUnderOxlintCli(name, tested, cases);
        new testers[host](testerConfig(host) as never).run(
          name,
          tested as never,
          testsFor(cases, host, parser, program) as never,
        );
      });
    }
    const reported = chosen.filter((testCase) => !testCase.isValid);
    if (reported.length === 0) return;
    describe("after fixes and suggestions", () => {
      for (const testCase of reported) {
        it(testCase.name ?? testCase.code, () => assertFixInvariants(name, tested, testCase, program));
      }
    });
  });
}

/** Its command line runs the built plugin only. */
function oxlintCanRun(name: string): boolean {
  return hasOxlintTester || Object.hasOwn(plugin.rules, name);
}

function testerConfig(host: HostName): object | undefined {
  return host === "oxlint" ? { eslintCompat: true, cwd: root } : undefined;
}

function testsFor(cases: readonly PlacedCase[], host: HostName, parser: ParserName, program: CaseProgram): object {
  const common = (testCase: PlacedCase): object => {
    const filename = fileOf(testCase, parser);
    return {
      code: testCase.code,
      filename,
      ...(testCase.name === undefined ? {} : { name: testCase.name }),
      ...(testCase.options ? { options: testCase.options } : {}),
      ...(testCase.settings ? { settings: { "db-session": testCase.settings } } : {}),
      languageOptions:
        host === "oxlint"
          ? { sourceType: sourceTypeOf(filename) }
          : languageOptionsFor(parser, filename, () => program.of()),
    };
  };
  return {
    ...(host === "eslint-10" ? { assertionOptions: { requireMessage: "messageId", requireData: true } } : {}),
    valid: cases.filter(({ isValid }) => isValid).map(common),
    invalid: cases
      .filter(({ isValid }) => !isValid)
      .map((testCase) => ({ ...common(testCase), errors: testCase.errors, output: passesOf(testCase)[0] ?? null })),
  };
}

/** ESLint 8, 9 and Oxlint accept less, so that it is asked here. */
function assertComplete(testCase: PlacedCase, rule: Rule): void {
  const where = testCase.name ?? testCase.code;
  expect(testCase.errors.length, where).toBeGreaterThan(0);
  for (const error of testCase.errors) {
    expect(error, where).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
    expect(Object.keys(rule.meta.messages), where).toContain(error.messageId);
  }
}
