import type { TSESTree } from "@typescript-eslint/utils";
import type { Place } from "../flow/states.js";
import { childrenOf } from "../syntax-tree.js";
import type { FileView } from "./file-views.js";
import { isClosed } from "./members.js";
import { bare, consumer, targetOf } from "./syntax.js";
import type { TrackedSession } from "./tracked-session.js";

/** The places that decide whether a close runs: `owned` in `if (owned) client.release()`. Looked for once flags have to be given up. */
export class CloseGuards {
  readonly #tracked: TrackedSession;
  readonly #view: FileView;
  #places: ReadonlySet<Place> | undefined;

  constructor(tracked: TrackedSession, view: FileView) {
    this.#tracked = tracked;
    this.#view = view;
  }

  has(place: Place): boolean {
    this.#places ??= this.#find();
    return this.#places.has(place);
  }

  #find(): ReadonlySet<Place> {
    const { resolver, places } = this.#view;
    const { library, type } = this.#tracked;
    const target = targetOf(this.#tracked.node);
    const variable = target?.type === "Identifier" ? resolver.variableOf(target) : undefined;
    const tests = (variable?.references ?? [])
      .map(({ identifier }) => identifier as TSESTree.Node)
      .filter((name) => isClosed(name, library, type) || isPassedOn(name))
      .flatMap(testsAround);
    return new Set(tests.flatMap(namesIn).flatMap((name) => places.placeOf(name) ?? []));
  }
}

/** `client` in `releaseClient(client)`. */
function isPassedOn(name: TSESTree.Node): boolean {
  const user = consumer(name);
  return user?.type === "CallExpression" && bare(user.callee) !== name;
}

/** The conditions under which a node is evaluated. */
function testsAround(node: TSESTree.Node): readonly TSESTree.Node[] {
  const tests: TSESTree.Node[] = [];
  for (let child = node, parent = node.parent; parent; child = parent, parent = parent.parent) {
    if (parent.type === "IfStatement" || parent.type === "ConditionalExpression") {
      if (parent.test !== child) tests.push(parent.test);
    } else if (parent.type === "LogicalExpression" && parent.right === child) tests.push(parent.left);
  }
  return tests;
}

function namesIn(test: TSESTree.Node): readonly TSESTree.Node[] {
  if (test.type === "Identifier" || test.type === "MemberExpression") return [test];
  return childrenOf(test).flatMap(namesIn);
}
