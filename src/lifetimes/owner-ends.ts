import type { TSESTree } from "@typescript-eslint/utils";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { childrenOf } from "../syntax-tree.js";
import type { FileViews } from "./file-views.js";
import { bare, receiverOf } from "./syntax.js";
import type { TrackedSession } from "./tracked-session.js";

/** `connections.end()` after `connections.open()`: a wrapper whose method ends the engine with all its sessions. */
export function endsOwner(node: TSESTree.CallExpression, tracked: TrackedSession, views: FileViews): boolean {
  const [ended, opener] = [receiverOf(node), receiverOf(tracked.node)];
  const place = ended && views.places.placeOf(bare(ended));
  if (!place || !opener || place !== views.home.places.placeOf(bare(opener))) return false;
  const target = views.resolver.functionAt(node.callee);
  if (target) return endsEngine(target, views.resolver);
  const foreign = views.resolver.foreignFunctionAt?.(node.callee);
  return foreign !== undefined && endsEngine(foreign.functionNode, foreign.resolver);
}

/** Whether a function calls what ends an engine and closes its sessions. */
function endsEngine(node: FunctionNode, resolver: Resolver): boolean {
  const ends = (inner: TSESTree.Node): boolean => {
    if (inner.type === "CallExpression") {
      const effect = resolver.callAt(inner)?.effect;
      if (effect?.kind === "dispose" && effect.closesSessions) return true;
    }
    return childrenOf(inner).some(ends);
  };
  return node.body ? ends(node.body) : false;
}
