import type { TSESTree } from "@typescript-eslint/utils";
import { toFixes } from "../src/fixes/edit.js";
import { scopeFixes, type ScopeFixKind } from "../src/fixes/scope-session.js";
import { fileModel, type LeakKind, type Opening } from "../src/lifetimes/index.js";
import { canHoldSessions, misspeltTags } from "../src/resolve/file-resolver.js";
import { atEndOf } from "../src/resolve/survey.js";
import { createRule } from "../src/rule.js";
import { readSettings } from "../src/settings.js";

export type MessageIds = LeakKind | ScopeFixKind | "misspelt";
export type Options = readonly [{ readonly exceptions?: "likely" | "any" | "none" }];

export default createRule<MessageIds, Options>({
  name: "require-scope",
  meta: {
    type: "problem",
    docs: {
      description: "Require that every opened session is closed on every path",
      recommended: "error",
      strict: ["error", { exceptions: "any" }],
    },
    fixable: "code",
    hasSuggestions: true,
    schema: [
      {
        type: "object",
        properties: {
          exceptions: {
            type: "string",
            enum: ["likely", "any", "none"],
            description: "Which exceptional paths count.",
          },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      discarded: "{{session}} opened here is thrown away, so nothing can close it: {{leak}}.",
      neverClosed:
        "{{session}} opened here is still open when line {{line}} ends its function, and no path calls `{{close}}`: {{leak}}.",
      notClosedOnSomePath:
        "{{session}} opened here is still open where line {{line}} leaves its reach without `{{close}}`: {{leak}}.",
      notClosedOnThrow: "{{session}} opened here is not closed if line {{line}} throws: {{leak}}.",
      overwritten:
        "{{session}} opened here is still open when line {{line}} assigns its only reference anew: {{leak}}.",
      misspelt: "`@{{tag}} {{written}}` is ignored: nothing here is called that. Did you mean `{{nearest}}`?",
      using: "Declare it with `await using`, so that leaving the block closes it.",
      usingBlock: "Declare it with `await using` in a block of its own, so that leaving the block closes it.",
      lease: "Take it through `lease()`, so that leaving the block gives it back.",
      leaseBlock: "Take it through `lease()` in a block of its own, so that leaving the block gives it back.",
      callback: "Use the library's callback form, which closes it.",
      tryFinally: "Close it in a `finally`.",
      tryRollback: "Roll back what fails, and give it back in every case.",
      shortcut: "Let the engine run the one statement.",
    },
  },
  defaultOptions: [{ exceptions: "likely" }],
  appliesTo: canHoldSessions,
  create(context, [{ exceptions = "likely" }]) {
    const { sourceCode, filename, languageOptions } = context;
    const { scopeStyle, runtime } = readSettings(context.settings);
    return atEndOf(context.sourceCode.ast, () => {
      for (const { range, ...data } of misspeltTags(context)) {
        const [start, end] = range.map((index) => sourceCode.getLocFromIndex(index));
        context.report({ loc: { start: start!, end: end! }, messageId: "misspelt", data });
      }
      for (const opening of fileModel(context).openings(exceptions)) {
        const { leak } = opening;
        if (!leak) continue;
        const { fix, suggestions } = scopeFixes(opening, {
          sourceCode,
          filename,
          languageOptions: { ...languageOptions },
          scopeStyle,
          runtime,
        });
        context.report({
          node: opening.within ?? opening.node,
          ...(fix ? { fix: (fixer) => toFixes(fixer, fix.edits) } : {}),
          suggest: suggestions.map(({ kind, edits }) => ({ messageId: kind, fix: (fixer) => toFixes(fixer, edits) })),
          messageId: leak.kind,
          data: {
            session: describeSession(opening),
            close: closingCalls(opening),
            leak: opening.session.session?.leak ?? "it stays open",
            line: String(witnessLine(opening, leak.witness, sourceCode.lines.length)),
          },
        });
      }
    });
  },
});

function describeSession({ variable, library, session }: Opening): string {
  const kind = `${library.name} ${session.noun}`;
  return variable ? `\`${variable.name}\` (${kind})` : `The ${kind}`;
}

/** What a reader would write; the message puts it between backticks. */
function closingCalls({ session: { session } }: Opening): string {
  return session?.isTransaction ? "commit()` or `rollback()" : (session?.close.call ?? "close()");
}

/** Without a witness it is the end of the function that leaves the session behind. */
function witnessLine({ owner }: Opening, witness: TSESTree.Node | undefined, lines: number): number {
  if (witness) return witness.loc.start.line;
  return owner.type === "Program" ? lines : owner.loc.end.line;
}
