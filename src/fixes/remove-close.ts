import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { ScopedClose } from "../lifetimes/model.js";
import { CloseRemoval } from "./close-removal.js";
import type { Edit } from "./edit.js";
import { TextPlan } from "./text-plan.js";

/** The edits that take a close out of the scope that does it anyway; `undefined` where it stands in a place that needs it. */
export function removeClose(
  close: Pick<ScopedClose, "node">,
  context: { readonly sourceCode: Readonly<SourceCode> },
): readonly Edit[] | undefined {
  const removal = CloseRemoval.of(context.sourceCode, [close.node])?.dropRethrows();
  if (!removal) return undefined;
  const plan = new TextPlan(context.sourceCode);
  removal.apply(plan);
  return plan.edits();
}
