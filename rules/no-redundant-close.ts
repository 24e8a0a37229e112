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
    messages: { redundant: "", harmful: "", earlyClose: "", removeClose: "", narrowScope: "" },
  },
  defaultOptions: [{ allowEarlyClose: true }],
  create: () => ({}),
});
