import type { TSESTree } from "@typescript-eslint/utils";
import type { Resolver } from "../resolve/resolver.js";
import type { Followed } from "./follow.js";
import { bare, calleeName, isWaitedFor } from "./syntax.js";

/** What a function with such a word in its name does to a session is more than to use it. */
const ending =
  /^(?:abort|begin|clean|clos|commit|destroy|discard|dispos|end|finali|finish|free|recycl|releas|rollback|shutdown|terminat)/;

/** `clients.add(client)`, `setClient(client)`, `startTransaction(client)`; not `addOrder(client, order)`. */
const keeping =
  /^(?:add|attach|bind|cache|connect|hold|init|initialize|keep|open|push|register|return|save|set|setup|start|store|track)(?:client|conn|connection|database|db|queryrunner|runner|session|transaction|trx|tx)?$/;

/**
 * The arguments that lend the session to a function of which nothing is known: what it gives is waited for or used, and
 * then the owner closes the session itself. Whoever closes what it has passed on was its owner all along.
 */
export function findLoans({ fate, leak }: Followed, resolver: Resolver): ReadonlySet<TSESTree.Node> | undefined {
  if (leak || !fate.isClosedAfterHandOver) return undefined;
  const loans = new Set([...fate.passedOn].filter((node) => isLoan(node, resolver)));
  return loans.size > 0 ? loans : undefined;
}

/** Whether every path without an exception closes what it has lent: what is closed on some alone may be closed elsewhere on others. */
export function isLender({ leak, outcome }: Followed): boolean {
  if (leak?.kind !== "notClosedOnThrow") return false;
  const ends = outcome.returns.filter(({ state }) => !state.exceptional);
  return ends.every(({ state }) => state.status === "closed" || state.status === "absent");
}

function isLoan(argument: TSESTree.Node, resolver: Resolver): boolean {
  const call = argument.parent;
  if (call?.type !== "CallExpression" || call.callee === argument || !isWaitedFor(call)) return false;
  const name = calleeName(call);
  if (name === undefined) return true;
  const words = wordsOf(name);
  return !words.some((word) => ending.test(word)) && !keeping.test(words.join("")) && !isFixtureUse(call, resolver);
}

function wordsOf(name: string): readonly string[] {
  return name.split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/).map((word) => word.toLowerCase());
}

/** The `use` that Playwright and Vitest pass to a fixture does not reject where the test fails. */
function isFixtureUse({ callee }: TSESTree.CallExpression, resolver: Resolver): boolean {
  const name = bare(callee);
  if (name.type !== "Identifier" || name.name !== "use") return false;
  return resolver.variableOf(name)?.defs.some(({ type }) => String(type) === "Parameter") ?? false;
}
