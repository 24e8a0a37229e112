import type { RuleFix, RuleFixer } from "@typescript-eslint/utils/ts-eslint";
import { canHoldEngines, type CreationNode, creationsIn, findCreation } from "../src/engines/creations.js";
import type { Project } from "../src/engines/pool-settings.js";
import { defaultsPhrase, optionsPhrase, settingsPhrase } from "../src/engines/phrases.js";
import { valuesToWrite } from "../src/engines/written-values.js";
import { toFixes } from "../src/fixes/edit.js";
import { type Plan, planAdditions } from "../src/fixes/pool-options.js";
import type { SettingName } from "../src/libraries/description.js";
import { isCallExpectedToFail } from "../src/lifetimes/assertions.js";
import { fitsProjectFile } from "../src/project/files.js";
import { ageOf } from "../src/project/versions.js";
import { atEndOf } from "../src/resolve/survey.js";
import { createRule } from "../src/rule.js";

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
  appliesTo: canHoldEngines,
  create(context, [{ require: required = [] }]) {
    const project: Project = {
      ageOf: (version) => ageOf(version, context.filename),
      says: (file) => fitsProjectFile(file, context.filename),
    };

    function examine(node: CreationNode): void {
      const creation = findCreation(context, node, project);
      const missing = required.filter((name) => creation?.seen.presence.get(name) === "unset");
      if (!creation || missing.length === 0 || isCallExpectedToFail(node)) return;
      const { library, engine, seen } = creation;
      const { present, proposed } = valuesToWrite(seen.pool, missing);
      const fix = planAdditions(creation, present);
      const isFixed = seen.isCertain && fix?.isProven === true;
      const suggested = isFixed ? proposed : [...present, ...proposed];
      const suggestion = planAdditions(creation, suggested);
      const noun = engine?.noun ?? "engine";
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
    return atEndOf(context.sourceCode.ast, () => creationsIn(context).forEach(examine));
  },
});

function edit(fixer: RuleFixer, plan: Plan): RuleFix[] {
  return toFixes(fixer, plan.edits);
}
