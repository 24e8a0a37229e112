import type { RuleFixer } from "@typescript-eslint/utils/ts-eslint";
import { createRule } from "../../src/rule.js";
import { testRule } from "./rule-tester.js";

/** Wants `end` for `stop`, and asks the type checker about what it cannot see. */
const rule = createRule<"wrong" | "use", readonly [{ readonly from?: string; readonly also?: readonly string[] }]>({
  name: "sample",
  meta: {
    type: "problem",
    docs: { description: "Sample", recommended: false },
    fixable: "code",
    hasSuggestions: true,
    schema: [{ type: "object" }],
    messages: { wrong: "'{{name}}' is wrong.", use: "Use '{{name}}'." },
  },
  defaultOptions: [{ from: "stop" }],
  create(context, [{ from }]) {
    return {
      Identifier(node) {
        const services = context.sourceCode.parserServices;
        if (node.name === "ask" && services?.program && services.getTypeAtLocation) {
          const type = services.program.getTypeChecker().typeToString(services.getTypeAtLocation(node));
          if (type === "PoolClient") context.report({ node, messageId: "wrong", data: { name: type } });
        }
        if (node.name === from) {
          context.report({
            node,
            messageId: "wrong",
            data: { name: from },
            fix: (fixer) => fixer.replaceText(node, "end"),
          });
        }
        if (node.name === "perhaps") {
          const suggest = [
            {
              messageId: "use" as const,
              data: { name: "end" },
              fix: (fixer: RuleFixer) => fixer.replaceText(node, "end"),
            },
          ];
          context.report({ node, messageId: "wrong", data: { name: "perhaps" }, suggest });
        }
      },
    };
  },
});

testRule("sample", rule, {
  valid: [
    "end()",
    { code: "stop()", options: [{ from: "halt" }] },
    { code: "await using x = end(); declare function end(): AsyncDisposable", name: "types" },
    { code: "await using x = end()", name: "no using in ESLint 8's parser" },
    { code: "module.exports = end()", filename: "case.cjs" },
    { code: 'import { value } from "./other.js"; value;', files: { "other.ts": "export const value = 1" } },
  ],
  invalid: [
    {
      code: "const end = () => {}; /* kept */ stop()",
      output: "const end = () => {}; /* kept */ end()",
      errors: [{ messageId: "wrong", data: { name: "stop" }, line: 1, column: 34 }],
    },
    {
      code: "const end = 1; const a = <div>{stop}</div>",
      filename: "case.tsx",
      output: "const end = 1; const a = <div>{end}</div>",
      errors: [{ messageId: "wrong", data: { name: "stop" }, line: 1, column: 32 }],
    },
    {
      code: "const end = () => {}; perhaps() // why",
      errors: [
        {
          messageId: "wrong",
          data: { name: "perhaps" },
          line: 1,
          column: 23,
          suggestions: [{ messageId: "use", data: { name: "end" }, output: "const end = () => {}; end() // why" }],
        },
      ],
    },
    {
      code: 'import pg from "pg"; const ask = await new pg.Pool().connect();',
      needsTypes: true,
      errors: [{ messageId: "wrong", data: { name: "PoolClient" }, line: 1, column: 28 }],
    },
  ],
});
