import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { readOptions } from "../../runtime/src/engine/options.js";
import { root } from "../support/cases.js";
import { createProgramOf } from "../support/typed-program.js";

const readme = readFileSync(join(root, "runtime/README.md"), "utf8");
const entries = ["index", "testing/index"].map((name) => join(root, `runtime/src/${name}.ts`));
const program = createProgramOf(new Map(entries.map((path) => [path, readFileSync(path, "utf8")])));
const checker = program.getTypeChecker();
const [main = [], testing = []] = entries.map((path) =>
  checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)!)!),
);

function typeOf(name: string): ts.Type {
  const symbol = main.find((exported) => exported.name === name);
  if (!symbol) throw new Error(`db-session does not export ${name}`);
  return checker.getDeclaredTypeOfSymbol(
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  );
}

function propertiesOf(name: string): string[] {
  return checker.getPropertiesOfType(typeOf(name)).map((property) => property.name);
}

/** The rows of the tables whose first cell is one name. */
const rows = new Map(
  [...readme.matchAll(/^\| `([\w.]+)` \| (.*) \|$/gmu)].map(([, name, rest]) => [name!, rest!.split(" | ")] as const),
);
/** The words of all code, in blocks and in lines. */
const prose = readme.replaceAll(/^```[^]*?^```$/gmu, "");
const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```$/gmu)].map(([, text]) => text!);
const inline = [...prose.matchAll(/(`+)(.+?)\1/gu)].map(([, , text]) => text!);
const code = new Set([...blocks, ...inline].flatMap((text) => text.match(/[\w$]+/gu) ?? []));

describe("runtime/README.md", () => {
  it.each([...main, ...testing].map(({ name }) => name))("names the export %s", (name) => {
    expect(code.has(name)).toBe(true);
  });

  it.each(propertiesOf("AsyncEngineOptions"))("has a row for the option %s, with its default", (name) => {
    const { pool, poolClass, ...others } = readOptions({});
    const defaults: Record<string, unknown> = { ...others, ...pool, poolClass: poolClass.name };
    const [stated] = rows.get(name) ?? [];
    const shown = {
      logger: "`console`",
      driver: "`pg`",
      poolClass: `\`${poolClass.name}\``,
      poolResetOnReturn: `\`"${pool.poolResetOnReturn}"\``,
    }[name];
    const value = defaults[name];
    const number = typeof value === "number" && value !== Infinity;
    expect(stated).toBe(
      shown ?? (number ? value.toLocaleString("fr").replaceAll(/\s/gu, " ") : `\`${String(value)}\``),
    );
  });

  it("has a row for each error code, and for none that does not exist", () => {
    const codes = (typeOf("DbSessionErrorCode") as ts.UnionType).types.map(
      (type) => (type as ts.StringLiteralType).value,
    );
    expect(codes.length).toBeGreaterThan(5);
    expect([...rows.keys()].filter((name) => name.startsWith("ERR_")).sort()).toEqual([...codes].sort());
    for (const [mentioned] of readme.matchAll(/ERR_DB_SESSION_\w+/gu)) expect(codes).toContain(mentioned);
  });

  it("has a row for each event, with what its payload has", () => {
    for (const event of checker.getPropertiesOfType(typeOf("EngineEvents"))) {
      const payload = checker.getPropertiesOfType(checker.getTypeOfSymbol(event)).map(({ name }) => name);
      const cell = rows.get(event.name)?.[1] ?? "";
      const stated = [...cell.matchAll(/`(\w+)`/gu)].map(([, name]) => name);
      expect(stated, event.name).toEqual(payload.filter((name) => name !== "status"));
    }
  });

  it.each([
    "AsyncEngine",
    "AsyncConnection",
    "AsyncSession",
    "EnginePool",
    "ListenedConnection",
    "NestedTransaction",
    "PoolStatus",
    "QueryOptions",
    "QueryResult",
    "AsyncSessionScope",
    "TransactionOptions",
  ])("names all members of %s", (name) => {
    const members = propertiesOf(name).filter((member) => !member.startsWith("__@"));
    expect(members.length).toBeGreaterThan(0);
    for (const member of members) expect([...code], member).toContain(member);
  });

  it("has the channels that metrics.ts publishes", () => {
    const source = readFileSync(join(root, "runtime/src/pool/metrics.ts"), "utf8");
    const published = [...source.matchAll(/channel\(name\("([\w.]+)"\)\)/gu)].map(
      ([, last]) => `db.client.connection.${last}`,
    );
    expect(published.length).toBeGreaterThan(5);
    expect([...rows.keys()].filter((name) => name.startsWith("db.client.")).sort()).toEqual(published.sort());
  });
});
