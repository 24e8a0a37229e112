import { createRule } from "../src/rule.js";

export type MessageIds = "missing";
type SettingName = "size" | "acquireTimeout" | "idleTimeout" | "maxLifetime" | "minSize";
export type Options = readonly [{ readonly require?: readonly SettingName[] }];

export default createRule<MessageIds, Options>({
  name: "require-pool-options",
  meta: {
    type: "suggestion",
    docs: { description: "Require that an engine's pool settings are written down", recommended: "warn" },
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
            description: "The settings that must be written down.",
          },
        },
        additionalProperties: false,
      },
    ],
    messages: { missing: "" },
  },
  defaultOptions: [{ require: ["size", "acquireTimeout"] }],
  create: () => ({}),
});
