import type { TSESTree } from "@typescript-eslint/utils";
import { childrenOf } from "../syntax-tree.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import type { Candidate } from "./openings.js";
import { bare, calleeName, consumer, findOwner, isFunction, receiverOf } from "./syntax.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/**
 * `sessions.next()` on a generator of this file that holds a session at its `yield`: whoever calls it has the session
 * until `return()`, `throw()` or the next `next()`. A loop does that by itself.
 */
export function openingByNext(
  node: Call,
  resolver: Resolver,
  describedOpening: (node: Call) => Candidate | undefined,
): Candidate | undefined {
  if (node.type === "NewExpression" || calleeName(node) !== "next") return undefined;
  const receiver = receiverOf(node);
  const maker = receiver && findMaker(bare(receiver), resolver);
  const generator = maker && resolver.functionAt(maker.callee);
  const owner = findOwner(node);
  if (!receiver || !generator?.generator || !owner || !isFirstNext(node, receiver, resolver)) return undefined;
  const held = findHeldAtYield(generator, resolver, describedOpening);
  if (!held) return undefined;
  const { call, library, type, session } = held.tracked;
  const parts = { node, call, library, type, session, owner, promised: generator.async, lazy: false };
  return { tracked: { ...parts, iterator: receiver } };
}

/** Every further `next()` goes on behind the `yield`. */
function isFirstNext(node: Call, receiver: TSESTree.Expression, resolver: Resolver): boolean {
  if (receiver.type !== "Identifier") return true;
  const others = resolver.variableOf(receiver)?.references ?? [];
  return others.every(({ identifier }) => {
    const call = consumer(identifier)?.parent;
    const isNext = call?.type === "CallExpression" && calleeName(call) === "next";
    return !isNext || call.range[0] >= node.range[0];
  });
}

/** The call that made the generator object: `getSession()` itself, or what the variable was given. */
function findMaker(receiver: TSESTree.Node, resolver: Resolver): TSESTree.CallExpression | undefined {
  if (receiver.type === "CallExpression") return receiver;
  if (receiver.type !== "Identifier") return undefined;
  const definition = resolver.variableOf(receiver)?.defs[0]?.node;
  if (definition?.type !== "VariableDeclarator" || !definition.init) return undefined;
  const isScoped = definition.parent.type === "VariableDeclaration" && definition.parent.kind.includes("using");
  const made = bare(definition.init);
  return made.type === "CallExpression" && !isScoped ? made : undefined;
}

function findHeldAtYield(
  generator: FunctionNode,
  resolver: Resolver,
  describedOpening: (node: Call) => Candidate | undefined,
): Candidate | undefined {
  const opened = new Map<object, Candidate>();
  const yielded: object[] = [];
  const visit = (node: TSESTree.Node): void => {
    if (isFunction(node)) return;
    if (node.type === "CallExpression" || node.type === "NewExpression") {
      const candidate = describedOpening(node);
      const variable = candidate && findDeclared(node, resolver);
      if (variable) opened.set(variable, candidate);
    }
    if (node.type === "YieldExpression" && node.argument?.type === "Identifier") {
      const variable = resolver.variableOf(node.argument);
      if (variable) yielded.push(variable);
    }
    childrenOf(node).forEach(visit);
  };
  if (generator.body) childrenOf(generator.body).forEach(visit);
  return yielded.map((variable) => opened.get(variable)).find((candidate) => candidate !== undefined);
}

function findDeclared(node: Call, resolver: Resolver): object | undefined {
  let user = consumer(node);
  if (user?.type === "AwaitExpression") user = consumer(user);
  return user?.type === "VariableDeclarator" && user.id.type === "Identifier"
    ? resolver.variableOf(user.id)
    : undefined;
}
