import type { TSESTree } from "@typescript-eslint/utils";
import type { RuleFixer } from "@typescript-eslint/utils/ts-eslint";
import { hasUnawaitedCallAfter } from "../src/fixes/aftermath.js";
import { toFixes } from "../src/fixes/edit.js";
import { narrowScope } from "../src/fixes/narrow-scope.js";
import { removeClose } from "../src/fixes/remove-close.js";
import { fileModel, type ScopedClose } from "../src/lifetimes/index.js";
import { canHoldSessions } from "../src/resolve/file-resolver.js";
import { atEndOf } from "../src/resolve/survey.js";
import { createRule } from "../src/rule.js";

export type MessageIds = "redundant" | "harmful" | "earlyClose" | "removeClose" | "narrowScope";
export type Options = readonly [{ readonly allowEarlyClose?: boolean }];

export default createRule<MessageIds, Options>({
  name: "no-redundant-close",
  meta: {
    type: "problem",
    docs: { description: "Disallow closing a session by hand inside a scope that closes it", recommended: "error" },
    fixable: "code",
    hasSuggestions: true,
    schema: [
      {
        type: "object",
        properties: {
          allowEarlyClose: { type: "boolean", description: "Whether a session may be closed before its scope ends." },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      redundant:
        "`{{name}}` ({{session}}) is {{ended}} by hand in {{scope}} of line {{line}}, which ends it on every way out: this call has no effect of its own.",
      harmful: "`{{name}}` ({{session}}) is {{ended}} by hand inside {{scope}} of line {{line}}: {{consequence}}.",
      earlyClose:
        "`{{name}}` ({{session}}) is {{ended}} by hand, but {{scope}} of line {{line}} goes on with awaited work: a use of `{{name}}` there would fail.",
      removeClose: "Leave it to the scope: remove this call.",
      narrowScope: "End the scope here with a block of its own.",
    },
  },
  defaultOptions: [{ allowEarlyClose: true }],
  appliesTo: canHoldSessions,
  create(context, [{ allowEarlyClose = true }]) {
    return atEndOf(context.sourceCode.ast, () => {
      for (const close of fileModel(context).scopedCloses) {
        const isEarly = close.verdict.verdict === "early";
        if (isEarly && allowEarlyClose) continue;
        const edits = isEarly
          ? narrowScope(close, context)
          : canBeRemoved(close)
            ? removeClose(close, context)
            : undefined;
        const isProven =
          isProvenFix(close) &&
          !(endsLater(close) && hasUnawaitedCallAfter(close.node, context.sourceCode, blockOf(close)));
        const fix = edits && ((fixer: RuleFixer) => toFixes(fixer, edits));
        context.report({
          node: close.node,
          messageId: close.verdict.verdict === "early" ? "earlyClose" : close.verdict.verdict,
          data: describe(close),
          ...(fix && isProven ? { fix } : {}),
          suggest: fix && !isProven ? [{ messageId: isEarly ? "narrowScope" : "removeClose", fix }] : [],
        });
      }
    });
  },
});

const ended = { release: "closed", destroy: "destroyed", commit: "committed", rollback: "rolled back" } as const;

function describe({ name, library, session, manner, scope, verdict }: ScopedClose): Record<string, string> {
  return {
    ...(verdict.verdict === "harmful" ? { consequence: verdict.consequence } : {}),
    name,
    session: `${library.name} ${session.noun}`,
    ended: ended[manner],
    scope:
      scope.type === "VariableDeclaration"
        ? `the \`${scope.kind}\` scope`
        : `the \`${calleeText(scope.callee)}()\` scope`,
    line: String(scope.loc.start.line),
  };
}

function calleeText(callee: TSESTree.Node): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "ThisExpression") return "this";
  if (callee.type !== "MemberExpression") return "…";
  const name = callee.property.type === "Identifier" ? callee.property.name : "…";
  return `${calleeText(callee.object)}.${name}`;
}

/** Without a rollback, or a release in the middle of a transaction, the scope would commit. */
function canBeRemoved({ verdict, manner }: ScopedClose): boolean {
  return verdict.verdict !== "harmful" || verdict.removable !== false || manner === "commit";
}

/** Where the scope ends; a callback's is found by itself. */
function blockOf({ scope }: ScopedClose): TSESTree.Node | undefined {
  return scope.type === "VariableDeclaration" ? scope.parent : undefined;
}

/** The scope waits for its own close: what was started before it is not listened to until then. */
function endsLater({ session, manner }: ScopedClose): boolean {
  return manner === "release" && session.session?.close.awaited === true;
}

function isProvenFix({ verdict, suggestionOnly }: ScopedClose): boolean {
  return (
    !suggestionOnly &&
    (verdict.verdict === "redundant" || (verdict.verdict === "harmful" && verdict.removable === true))
  );
}
