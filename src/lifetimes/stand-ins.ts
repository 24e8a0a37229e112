import type { TSESTree } from "@typescript-eslint/utils";
import type { Resolver } from "../resolve/resolver.js";
import { bare, calleeName, consumer, memberChain, receiverOf } from "./syntax.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** `jest.spyOn(pool, "connect")`, `sinon.stub(pool, "connect")`, `t.mock.method(pool, "connect")`. */
const replacing = new Set(["spyOn", "stub", "method", "replace"]);

/** Whether the file, a test, puts something of its own in the place of the method that a call opens with. */
export function opensStandIn(node: Call, resolver: Resolver): boolean {
  const name = calleeName(node);
  const receiver = receiverOf(node);
  const engine = receiver && memberChain(receiver);
  const variable = engine?.root.type === "Identifier" ? resolver.variableOf(engine.root) : undefined;
  if (name === undefined || !engine || !variable) return false;
  return variable.references.some(({ identifier }) => {
    const mentioned = longestChain(identifier);
    return (
      (mentioned.path === engine.path && isReplacedByName(mentioned.node, name)) ||
      (mentioned.path.startsWith(`${engine.path}.${name}`) &&
        isStandIn(mentioned.node, mentioned.path.slice(engine.path.length + name.length + 1)))
    );
  });
}

/** `a.b.c` where `a` stands in it. */
function longestChain(root: TSESTree.Node): { readonly node: TSESTree.Node; readonly path: string } {
  let node = root;
  let path = "";
  for (let user = consumer(node); user?.type === "MemberExpression"; user = consumer(node)) {
    if (bare(user.object) !== node || user.computed || user.property.type !== "Identifier") break;
    path += `.${user.property.name}`;
    node = user;
  }
  return { node, path };
}

function isReplacedByName(engine: TSESTree.Node, name: string): boolean {
  const call = consumer(engine);
  if (call?.type !== "CallExpression" || !replacing.has(calleeName(call) ?? "")) return false;
  const [first, second] = call.arguments;
  return first !== undefined && bare(first) === engine && second?.type === "Literal" && second.value === name;
}

/** `pool.connect = jest.fn()`, `pool.connect.mockResolvedValue(client)`, `vi.mocked(pool.connect)`. */
function isStandIn(method: TSESTree.Node, rest: string): boolean {
  if (rest !== "") return /^\.mock[A-Z]/.test(rest);
  const user = consumer(method);
  if (user?.type === "AssignmentExpression") return user.left === method && isMade(user.right);
  return user?.type === "CallExpression" && bare(user.callee) !== method && calleeName(user) === "mocked";
}

/** `jest.fn().mockResolvedValue(client)`, `sinon.stub()`. */
function isMade(node: TSESTree.Node): boolean {
  const call = bare(node);
  if (call.type !== "CallExpression") return false;
  const receiver = receiverOf(call);
  return /^(?:fn|stub)$/.test(calleeName(call) ?? "") || (receiver !== undefined && isMade(receiver));
}
