import { createRule } from "../src/rule.js";

export type MessageIds = "discarded" | "neverClosed" | "notClosedOnSomePath" | "notClosedOnThrow" | "overwritten";
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
    messages: { discarded: "", neverClosed: "", notClosedOnSomePath: "", notClosedOnThrow: "", overwritten: "" },
  },
  defaultOptions: [{ exceptions: "likely" }],
  create: () => ({}),
});
