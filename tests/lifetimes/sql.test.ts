import { describe, expect, it } from "vitest";
import { statementKind, type StatementKind } from "../../src/lifetimes/sql.js";
import { probed } from "./support.js";

const cases: readonly (readonly [code: string, kind: StatementKind])[] = [
  ['"BEGIN"', "begin"],
  ['"begin;"', "begin"],
  ['"  begin transaction isolation level serializable"', "begin"],
  ['"START TRANSACTION READ ONLY"', "begin"],
  ["`\n  BEGIN\n`", "begin"],
  ["`BEGIN ISOLATION LEVEL ${level}`", "begin"],
  ['{ text: "BEGIN" }', "begin"],
  ['{ sql: "START TRANSACTION", timeout: 10 }', "begin"],
  ["sql`BEGIN`", "begin"],
  ['"BEGIN" as const', "begin"],
  ['"BEGIN " + mode', "begin"],
  ['"COMMIT"', "commit"],
  ['"commit work"', "commit"],
  ['"END"', "commit"],
  ['"ROLLBACK"', "rollback"],
  ['"rollback;"', "rollback"],
  ['"ROLLBACK WORK"', "rollback"],
  ['"ROLLBACK TO SAVEPOINT a"', "other"],
  ['"ROLLBACK TO a"', "other"],
  ['"ROLLBACK TRANSACTION TO SAVEPOINT a"', "other"],
  ['"SAVEPOINT a"', "other"],
  ['"RELEASE SAVEPOINT a"', "other"],
  ['"SET search_path TO app"', "setting"],
  ["`SET LOCAL app.tenant = ${tenant}`", "setting"],
  ['"RESET ALL"', "setting"],
  ['"DISCARD ALL"', "setting"],
  ['"USE shop"', "setting"],
  ['"PRAGMA foreign_keys = ON"', "setting"],
  ["\"select set_config('app.tenant', $1, true)\"", "setting"],
  ["\"SELECT pg_catalog.set_config('a', 'b', false)\"", "setting"],
  ['"LISTEN jobs"', "listen"],
  ["`listen ${channel}`", "listen"],
  ['"SELECT 1"', "other"],
  ['"beginnings"', "other"],
  ['"settle"', "other"],
  ['"endless"', "other"],
  ['"listeners"', "other"],
  ['"INSERT INTO beginnings VALUES (1)"', "other"],
  ["text", "other"],
  ["{ text }", "other"],
  ["{ values: [] }", "other"],
  ["`${verb} TRANSACTION`", "other"],
  ["10", "other"],
];

describe("what a statement does to its session", () => {
  it.each(cases)("%s: %s", (code, kind) => {
    expect(statementKind(probed(`probe(${code})`).node)).toBe(kind);
  });

  it("nothing is known of a call without arguments", () => {
    expect(statementKind(undefined)).toBe("other");
  });
});
