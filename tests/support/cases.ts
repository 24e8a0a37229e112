import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

export type HostName = "eslint-10" | "eslint-9" | "eslint-8" | "oxlint";
export type ParserName = "espree" | "typescript" | "typed" | "oxc";

export interface ValidCase {
  readonly code: string;
  /** Why it stands in the table. */
  readonly name?: string;
  readonly options?: readonly unknown[];
  /** Of `settings["db-session"]`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Decides the language too. Default: "case.js" where espree can read the code and espree does, else "case.ts". */
  readonly filename?: string;
  /** Only the type checker can show it: run with type information only. */
  readonly needsTypes?: boolean;
  readonly parsers?: readonly ParserName[];
  readonly hosts?: readonly HostName[];
  /** Other files, by path relative to the linted one: imported modules, a package.json, a tsconfig.json of its own. */
  readonly files?: Readonly<Record<string, string>>;
  /** While writing: run nothing else of this table. */
  readonly only?: boolean;
}

export interface ExpectedSuggestion {
  readonly messageId: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly output: string;
}

export interface ExpectedError {
  readonly messageId: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly suggestions?: readonly ExpectedSuggestion[];
}

export interface InvalidCase extends ValidCase {
  readonly errors: readonly ExpectedError[];
  /** What `--fix` makes of it; several passes as an array; absent or `null`: nothing. */
  readonly output?: string | readonly string[] | null;
}

/** A case with its place in the file system. Every host and parser sees the same directory. */
export interface PlacedCase extends InvalidCase {
  readonly directory: string;
  readonly isValid: boolean;
}

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** Below the package.json and tsconfig.json that count for cases without their own. Emptied by the global setup. */
export const casesDirectory = join(root, "tests/support/project/.cases");
const require = createRequire(import.meta.url);

/** Worker and content decide the directory, so that no two tests ever write the same file at one time. */
export function place(testCase: ValidCase | InvalidCase, isValid: boolean): PlacedCase {
  const placed = { errors: [], ...testCase, isValid };
  const key = JSON.stringify([process.env["VITEST_POOL_ID"], placed]);
  const directory = join(casesDirectory, createHash("sha256").update(key).digest("hex").slice(0, 16), "src");
  for (const [name, text] of Object.entries(testCase.files ?? {})) write(join(directory, name), text);
  return { ...placed, directory };
}

export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export function fileOf(testCase: PlacedCase, parser: ParserName): string {
  return join(testCase.directory, testCase.filename ?? (parser === "espree" ? "case.js" : "case.ts"));
}

export function sourceTypeOf(filename: string): "module" | "commonjs" {
  return [".cjs", ".cts"].includes(extname(filename)) ? "commonjs" : "module";
}

/** Outputs in the order of the passes. */
export function passesOf(testCase: PlacedCase): readonly string[] {
  const { output } = testCase;
  if (output === undefined || output === null) return [];
  return typeof output === "string" ? [output] : output;
}

const espreeByHost: Partial<
  Record<HostName, { parse(code: string, options: object): unknown; latestEcmaVersion: number }>
> = {};
for (const [host, name] of [
  ["eslint-10", "eslint"],
  ["eslint-9", "eslint-v9"],
  ["eslint-8", "eslint-v8"],
] as const) {
  espreeByHost[host] = createRequire(require.resolve(`${name}/package.json`))("espree");
}

/** Plain JavaScript that the host's own parser knows: ESLint 8's knows no `using`. */
function espreeCanRead(host: HostName, testCase: PlacedCase): boolean {
  const espree = espreeByHost[host];
  if (!espree || /\.[cm]?tsx?$/u.test(testCase.filename ?? "")) return false;
  try {
    espree.parse(testCase.code, {
      ecmaVersion: "latest",
      sourceType: sourceTypeOf(testCase.filename ?? ""),
      ecmaFeatures: { jsx: true },
    });
    return true;
  } catch {
    return false;
  }
}

export function runsOn(testCase: PlacedCase, host: HostName, parser: ParserName): boolean {
  if (testCase.hosts && !testCase.hosts.includes(host)) return false;
  if (testCase.parsers && !testCase.parsers.includes(parser)) return false;
  if (testCase.needsTypes && parser !== "typed") return false;
  return parser !== "espree" || espreeCanRead(host, testCase);
}
