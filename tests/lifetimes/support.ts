import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { childrenOf } from "../../src/syntax-tree.js";
import { findOpenings } from "../../src/lifetimes/file-model.js";
import type { Opening } from "../../src/lifetimes/model.js";
import type { ExceptionMode } from "../../src/lifetimes/tracked-session.js";
import { createResolver } from "../../src/resolve/create-resolver.js";
import type { Resolver } from "../../src/resolve/resolver.js";
import { parse } from "../resolve/probe.js";

export interface Read {
  readonly sourceCode: Readonly<SourceCode>;
  readonly resolver: Resolver;
  text(node: TSESTree.Node): string;
}

export function read(code: string): Read {
  const source = parse(code, "typescript");
  const sourceCode = source as unknown as Readonly<SourceCode>;
  return { sourceCode, resolver: createResolver(source), text: (node) => sourceCode.getText(node) };
}

/** An opening as tests compare it. */
export interface SaidOpening {
  readonly opens: string;
  readonly type: string;
  readonly variable?: string;
  readonly leak?: string;
  /** The line of the leak's witness. */
  readonly at?: number;
  readonly closes: readonly string[];
  readonly escapes: boolean;
  readonly begins: boolean;
  readonly staysOpen: boolean;
}

export function openingsOf(code: string, mode: ExceptionMode = "likely"): SaidOpening[] {
  const { sourceCode, resolver, text } = read(code);
  return findOpenings(sourceCode, resolver, mode).map((opening) => say(opening, text));
}

function say(opening: Opening, text: (node: TSESTree.Node) => string): SaidOpening {
  const { leak, variable } = opening;
  return {
    opens: text(opening.node),
    type: `${opening.library.name} ${opening.type}`,
    ...(variable ? { variable: variable.name } : {}),
    ...(leak ? { leak: leak.kind } : {}),
    ...(leak?.witness ? { at: leak.witness.loc.start.line } : {}),
    closes: opening.closes.map(text),
    escapes: opening.escapes,
    begins: opening.begins,
    staysOpen: opening.transactionMayStayOpen,
  };
}

/** The argument of `probe(…)` in the code. */
export function probed(code: string): { readonly node: TSESTree.Node; readonly resolver: Resolver } {
  const { sourceCode, resolver } = read(code);
  const waiting: TSESTree.Node[] = [sourceCode.ast];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "probe") {
      return { node: node.arguments[0]!, resolver };
    }
    waiting.push(...childrenOf(node));
  }
  throw new Error("no probe() in the code");
}
