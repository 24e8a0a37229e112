import { Linter } from "eslint";
import type { TSESTree } from "@typescript-eslint/utils";
import * as typescriptParser from "@typescript-eslint/parser";
import { createResolver } from "../../src/resolve/create-resolver.js";
import { childrenOf } from "../../src/resolve/syntax.js";
import type { FileSource } from "../../src/resolve/resolved-file.js";
import type { ResolvedCall, ResolvedValue, Resolver } from "../../src/resolve/resolver.js";

export type ParserName = "espree" | "typescript";

export function parse(code: string, parser: ParserName, sourceType: "module" | "commonjs" = "module"): FileSource {
  const linter = new Linter({ configType: "flat" });
  const messages = linter.verify(
    code,
    [
      {
        files: ["**/*.ts", "**/*.js"],
        languageOptions: {
          sourceType,
          ecmaVersion: "latest",
          ...(parser === "typescript" && { parser: typescriptParser }),
        },
      },
    ],
    { filename: parser === "typescript" ? "file.ts" : "file.js" },
  );
  const fatal = messages.find((message) => message.fatal);
  if (fatal) throw new Error(`${fatal.message} (${fatal.line}:${fatal.column})\n${code}`);
  return linter.getSourceCode() as unknown as FileSource;
}

/** The argument of `probe(…)` in the code. */
export function probeNode(source: FileSource): TSESTree.Expression {
  const waiting: TSESTree.Node[] = [source.ast];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "probe") {
      return node.arguments[0] as TSESTree.Expression;
    }
    waiting.push(...childrenOf(node, source.visitorKeys));
  }
  throw new Error("no probe() in the code");
}

export function probe(source: FileSource): { resolver: Resolver; node: TSESTree.Expression } {
  return { resolver: createResolver(source), node: probeNode(source) };
}

/** "promise of pg Pool", "class pg Pool", …; "unknown" where nothing is known. */
export function say(value: ResolvedValue | undefined): string {
  if (value === undefined) return "unknown";
  const what = "type" in value.value ? ` ${value.value.type}` : "";
  const kind = value.value.kind === "instance" ? "" : `${value.value.kind} `;
  return `${value.promised ? "promise of " : ""}${value.array ? "array of " : ""}${kind}${value.library.name}${what}`;
}

export function sayCall(call: ResolvedCall | undefined): string {
  if (call === undefined) return "unknown";
  const { effect } = call;
  if (effect === undefined) return "nothing";
  switch (effect.kind) {
    case "open":
      return `open ${effect.session}`;
    case "create":
      return `create ${effect.engine.engine}`;
    case "close":
    case "manualFinish":
      return `${effect.kind} ${effect.manner}`;
    case "scope":
      return `scope ${effect.parameters.join(" ")}`;
    default:
      return effect.kind;
  }
}

export function sayAt(code: string, parser: ParserName, sourceType?: "module" | "commonjs"): string {
  const { resolver, node } = probe(parse(code, parser, sourceType));
  return say(resolver.resolve(node));
}

export function sayCallAt(code: string, parser: ParserName, sourceType?: "module" | "commonjs"): string {
  const { resolver, node } = probe(parse(code, parser, sourceType));
  let call: TSESTree.Node = node;
  if (call.type === "AwaitExpression") call = call.argument;
  if (call.type === "ChainExpression") call = call.expression;
  return sayCall(resolver.callAt(call as TSESTree.CallExpression));
}
