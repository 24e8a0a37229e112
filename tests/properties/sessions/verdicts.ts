import type { TSESTree } from "@typescript-eslint/utils";
import { SourceCode } from "eslint";
import { analyze } from "eslint-scope";
import { parse } from "espree";
import { findOpenings } from "../../../src/lifetimes/file-model.js";
import type { Leak } from "../../../src/lifetimes/model.js";
import { createResolver } from "../../../src/resolve/create-resolver.js";
import { childrenOf } from "../../../src/syntax-tree.js";
import { siteBefore } from "./printed.js";

/** What the analysis says of each opening, by its number. */
export function verdictsOf(linted: string): ReadonlyMap<number, Leak> {
  const leaks = new Map<number, Leak>();
  const source = sourceOf(linted);
  for (const { node, within, leak } of findOpenings(source, createResolver(source), "likely")) {
    const site = siteBefore(linted, (within ?? node).range[0]);
    if (site === undefined) throw new Error(`an opening that was not printed as one:\n${linted}`);
    if (leak) leaks.set(site, leak);
  }
  return leaks;
}

/** As a linter would make it, without the cost of its configuration. */
function sourceOf(text: string): Parameters<typeof findOpenings>[0] {
  const ast = parse(text, {
    ecmaVersion: "latest",
    sourceType: "module",
    loc: true,
    range: true,
    tokens: true,
    comment: true,
  }) as unknown as TSESTree.Program;
  const pending: TSESTree.Node[] = [ast];
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const child of childrenOf(node)) {
      child.parent = node;
      pending.push(child);
    }
  }
  const scopeManager = analyze(ast as never, { ecmaVersion: 2026, sourceType: "module", ignoreEval: true });
  return new SourceCode({ text, ast, scopeManager } as unknown as SourceCode.Config) as unknown as ReturnType<
    typeof sourceOf
  >;
}
