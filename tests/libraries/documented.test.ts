import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { EngineCreation, Library, PoolSettings } from "../../src/libraries/description.js";
import { libraries } from "../../src/libraries/index.js";

const page = readFileSync(new URL("../../docs/libraries.md", import.meta.url), "utf8");
const overview = rowsOf("# Libraries");
const settings = rowsOf("## Where pool settings are read");

/** The cells of the first table below a heading, without its head. */
function rowsOf(heading: string): string[][] {
  const lines = page.slice(page.indexOf(`${heading}\n`)).split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines
    .slice(start + 2, end)
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\||\|$/g, "").trim()));
}

function rowOf(rows: readonly string[][], { name }: Library): string[] | undefined {
  return rows.find(([cell]) => cell?.includes(`\`${name}\``) || cell?.includes(`\`${name}/`));
}

function* creationsIn(value: unknown): Generator<EngineCreation> {
  if (typeof value !== "object" || value === null) return;
  const { kind, engine } = value as { kind?: unknown; engine?: unknown };
  if (kind === "create") yield engine as EngineCreation;
  else for (const inner of Object.values(value)) yield* creationsIn(inner);
}

function poolsOf(library: Library): PoolSettings[] {
  return [...creationsIn([library.modules, library.types])]
    .flatMap(({ pool, variants = [] }) => [pool, ...variants.map((variant) => variant.pool)])
    .filter((pool): pool is PoolSettings => typeof pool === "object");
}

it.each(libraries.map((library) => [library.name, library] as const))("%s has its row", (_name, library) => {
  expect(rowOf(overview, library)?.length).toBe(7);
});

// db-session's have had it from the first version on.
const disposed = libraries
  .filter(({ name }) => name !== "db-session")
  .filter(({ types }) => Object.values(types).some(({ session }) => session?.disposal));
it.each(disposed.map((library) => [library.name, library] as const))(
  "%s says since when it has `using`",
  (_name, library) => {
    const since = Object.values(library.types).flatMap(({ session }) => session?.disposal ?? []);
    for (const { since: version } of since) {
      expect(rowOf(overview, library)?.[5]).toContain(version.replace(/(?:\.0)+$/, ""));
    }
  },
);

const pooled = libraries.filter((library) => poolsOf(library).length > 0);
it.each(pooled.map((library) => [library.name, library] as const))(
  "%s names the settings it is asked for",
  (_name, library) => {
    const row = rowOf(settings, library)?.join(" ");
    for (const { settings: known } of poolsOf(library)) {
      for (const setting of [known.size, known.acquireTimeout]) {
        const name = setting?.paths[0] ?? setting?.url?.[0];
        if (name !== undefined) expect(row).toContain(`\`${name}\``);
      }
    }
  },
);
