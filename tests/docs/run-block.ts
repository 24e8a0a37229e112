import { join } from "node:path";
import { build } from "esbuild";
import { casesDirectory, write } from "../support/cases.js";
import { snippetsOf } from "./snippets.js";

/** What stands around a block that is no whole program: before it what it uses, after it what the test asks of it. */
export interface Surroundings {
  readonly before?: string;
  readonly after?: string;
}

let bundled = 0;

/** Runs the page's TypeScript block with this text, as it stands there, with those that it imports. */
export async function runBlock<Module>(page: string, part: string, surroundings?: Surroundings): Promise<Module> {
  return (await import(await bundleBlock(page, part, surroundings))) as Module;
}

/** @returns the path of a module for Node 20 */
export async function bundleBlock(
  page: string,
  part: string,
  { before = "", after = "" }: Surroundings = {},
): Promise<string> {
  const snippets = snippetsOf(page);
  const found = snippets.filter(({ code }) => code.includes(part));
  if (found.length !== 1) throw new Error(`${page} has ${found.length} blocks with ${part}`);
  const [{ name, code }] = found as [(typeof found)[0]];
  const directory = join(casesDirectory, "docs", `run-${process.env["VITEST_POOL_ID"]}`, page.replaceAll(/\W/gu, "-"));
  for (const other of snippets) write(join(directory, `${other.name}.ts`), other.code);
  bundled += 1; // a module is run once
  const outfile = join(directory, `${name}-${bundled}.mjs`);
  await build({
    stdin: { contents: [before, code, after].join("\n"), loader: "ts", resolveDir: directory },
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "silent",
  });
  return outfile;
}
