import type { TSESTree } from "@typescript-eslint/utils";
import type { FunctionNode } from "../resolve/resolver.js";
import { bare, calleeName, consumer, findOwner, isFunction } from "./syntax.js";

const assertions = new Set(["rejects", "isRejected", "throws", "throwsAsync", "assertRejects", "assertThrows"]);
const matchers = new Set(["rejects", "rejected", "rejectedWith", "throw", "throws"]);
const throwing = /^toThrow(?:Error(?:Matching(?:Inline)?Snapshot)?)?$/;

/** Whether a test asserts that the function fails: `assert.rejects(async () => …)`, `expect(async () => …).rejects.toThrow()`. */
export function isExpectedToFail(node: FunctionNode): boolean {
  const asserted = calledAtOnce(node) ?? node;
  const assertion = consumer(asserted);
  if (assertion?.type !== "CallExpression" || !assertion.arguments[0]) return false;
  if (bare(assertion.arguments[0]) !== asserted) return false;
  const name = calleeName(assertion) ?? "";
  if (name !== "expect") return assertions.has(name);
  const words = wordsAfter(assertion);
  return words.some((word) => matchers.has(word) || throwing.test(word)) && !words.includes("not");
}

/** Whether a test asserts that this very call fails: `expect(() => new Pool({ max: -1 })).toThrow()`. */
export function isCallExpectedToFail(node: TSESTree.Node): boolean {
  const owner = findOwner(node);
  if (!isFunction(owner)) return false;
  let user = consumer(node);
  if (user?.type === "AwaitExpression") user = consumer(user);
  const isDropped = user === owner || user?.type === "ReturnStatement" || user?.type === "ExpressionStatement";
  return isDropped && isExpectedToFail(owner);
}

/** `(async () => …)()`. */
function calledAtOnce(node: FunctionNode): TSESTree.CallExpression | undefined {
  const call = consumer(node);
  return call?.type === "CallExpression" && bare(call.callee) === node ? call : undefined;
}

/** `rejects`, `toThrow` in `expect(…).rejects.toThrow(…)`. */
function wordsAfter(node: TSESTree.Node): readonly string[] {
  const words: string[] = [];
  for (let link = consumer(node), inner = node; link; inner = link, link = consumer(link)) {
    if (link.type === "MemberExpression" && bare(link.object) === inner) {
      if (link.property.type === "Identifier") words.push(link.property.name);
    } else if (link.type !== "CallExpression" || bare(link.callee) !== inner) break;
  }
  return words;
}
