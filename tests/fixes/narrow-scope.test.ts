import { expect, it } from "vitest";
import { narrowScope } from "../../src/fixes/narrow-scope.js";
import { applyEdits, findCalls, findNodes, inspect, parses } from "./support.js";
import type { TSESTree } from "@typescript-eslint/utils";

const isUsing = (node: TSESTree.Node): node is TSESTree.VariableDeclaration =>
  node.type === "VariableDeclaration" && node.kind === "await using";

function narrowed(body: string): string | undefined {
  const code = `async function f() {\n${body.replace(/^(?=.)/gmu, "  ")}\n}\n`;
  const edits = inspect(code, (host) => {
    const [scope] = findNodes(host.sourceCode, isUsing);
    const [node] = findCalls(host.sourceCode, "s.close");
    return narrowScope({ node: node!, scope: scope! }, host);
  });
  if (!edits) return undefined;
  const fixed = applyEdits(code, edits);
  expect(parses(fixed), fixed).toBe(true);
  return fixed.slice(fixed.indexOf("\n") + 1, fixed.lastIndexOf("\n}")).replace(/^ {2}/gmu, "");
}

it.each([
  [
    "await using s = open();\nawait s.query();\nawait s.close();\nawait mail();",
    "{\n  await using s = open();\n  await s.query();\n}\nawait mail();",
  ],
  [
    "await using s = open();\n\n// why\nconst { rows } = await s.query();\n\nawait s.close(); // early\n\nreturn mail(rows);",
    "let rows;\n{\n  await using s = open();\n\n  // why\n  ({ rows } = await s.query());\n\n  // early\n}\n\nreturn mail(rows);",
  ],
  [
    "before();\nawait using s = open();\nconst rows: Row[] = await s.query();\nawait s.close();\nawait mail(rows);",
    "before();\nlet rows: Row[];\n{\n  await using s = open();\n  rows = await s.query();\n}\nawait mail(rows);",
  ],
])("%j", (before, after) => expect(narrowed(before)).toBe(after));

it.each([
  ["a use after it", "await using s = open();\nawait s.close();\nawait s.query();"],
  ["a close in a branch", "await using s = open();\nif (x) {\n  await s.close();\n}\nawait mail();"],
  [
    "a name that a function sees",
    "await using s = open();\nconst rows = await s.query();\nawait s.close();\nawait mail(() => rows);",
  ],
  ["nothing after it", "await using s = open();\nawait s.query();\nawait s.close();"],
])("gives up on %s", (_, body) => expect(narrowed(body)).toBeUndefined());
