import type { RuleFix, RuleFixer } from "@typescript-eslint/utils/ts-eslint";
import { type Addition, planAdditions, type Plan } from "../src/engines/additions.js";
import { Evaluator } from "../src/engines/evaluate.js";
import { defaultsPhrase, optionsPhrase, settingsPhrase } from "../src/engines/phrases.js";
import { type CreationNode, findPoolSettings } from "../src/engines/pool-settings.js";
import { typedValues } from "../src/engines/types.js";
import { valuesToWrite } from "../src/engines/written-values.js";
import { toFixes } from "../src/fixes/edit.js";
import type { SettingName } from "../src/libraries/description.js";
import { canHoldSessions, fileResolver } from "../src/resolve/file-resolver.js";
import { createRule } from "../src/rule.js";
import { readSettings } from "../src/settings.js";

export type MessageIds = "missing" | "write";
export type Options = readonly [{ readonly require?: readonly SettingName[] }];

export default createRule<MessageIds, Options>({
  name: "require-pool-options",
  meta: {
    type: "suggestion",
    docs: {
      description: "Require that an engine's pool size and waiting time are written down where it is made",
      recommended: "warn",
    },
    fixable: "code",
    hasSuggestions: true,
    schema: [
      {
        type: "object",
        properties: {
          require: {
            type: "array",
            items: { type: "string", enum: ["size", "acquireTimeout", "idleTimeout", "maxLifetime", "minSize"] },
            uniqueItems: true,
            description: "The settings that must be written down, as far as the library has them.",
          },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      missing: "{{engine}} is made without {{settings}}: {{library}} {{defaults}}.",
      write: "Write {{options}}.",
    },
  },
  defaultOptions: [{ require: ["size", "acquireTimeout"] }],
  create(context, [{ require: required = [] }]) {
    const { sourceCode } = context;
    if (!canHoldSessions(context)) return {};
    const areTypesOff = readSettings(context.settings).types === "off";

    function examine(node: CreationNode): void {
      const resolver = fileResolver(context);
      const call = resolver.callAt(node);
      if (call?.effect?.kind !== "create") return;
      const { library } = call;
      const { engine: creation } = call.effect;
      const typeOf = areTypesOff ? () => undefined : typedValues(sourceCode, resolver);
      const evaluator = new Evaluator(sourceCode, resolver, node, typeOf);
      const seen = findPoolSettings(creation, node, evaluator);
      const missing = required.filter((name) => seen?.presence.get(name) === "unset");
      if (!seen || missing.length === 0) return;

      const plan = (additions: readonly Addition[]): Plan | undefined =>
        additions.length > 0 ? planAdditions(library, creation, node, evaluator, additions) : undefined;
      const { present, proposed } = valuesToWrite(seen.pool, missing);
      const fix = plan(present);
      const isFixed = seen.isCertain && fix?.isProven === true;
      const suggested = isFixed ? proposed : [...present, ...proposed];
      const suggestion = plan(suggested);
      const noun = library.types[creation.engine]?.noun ?? "engine";
      context.report({
        node,
        loc: { start: node.loc.start, end: node.callee.loc.end },
        messageId: "missing",
        data: {
          engine: noun.toLowerCase().startsWith(library.name) ? noun : `${library.name} ${noun}`,
          library: library.name,
          settings: settingsPhrase(seen.pool, missing),
          defaults: defaultsPhrase(seen, missing),
        },
        fix: isFixed ? (fixer) => edit(fixer, fix) : null,
        suggest: suggestion && [
          {
            messageId: "write",
            data: { options: optionsPhrase(suggested) },
            fix: (fixer) => edit(fixer, suggestion),
          },
        ],
      });
    }
    return { CallExpression: examine, NewExpression: examine };
  },
});

function edit(fixer: RuleFixer, plan: Plan): RuleFix[] {
  return toFixes(fixer, plan.edits);
}
