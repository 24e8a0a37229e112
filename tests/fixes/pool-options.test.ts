import { describe, expect, it } from "vitest";
import { type CreationNode, findCreation } from "../../src/engines/creations.js";
import { planAdditions } from "../../src/fixes/pool-options.js";
import { applyEdits, findNodes, inspect, parses } from "./support.js";

/** Writes `max: 10` into the first `new Pool` of the code. */
function added(code: string): string | undefined {
  const text = `import { Pool } from "pg";\n${code}`;
  return inspect(text, (host) => {
    const context = { ...host, physicalFilename: host.filename, settings: {}, options: [] };
    const isNew = (node: { type: string }): node is CreationNode & { type: "NewExpression" } =>
      node.type === "NewExpression";
    const creation = findCreation(context, findNodes(host.sourceCode, isNew as never)[0] as CreationNode);
    const plan = creation && planAdditions(creation, [{ path: "max", value: "10" }]);
    const result = plan && applyEdits(text, plan.edits);
    if (result !== undefined) expect(parses(result), result).toBe(true);
    return result?.slice(result.indexOf("\n") + 1);
  });
}

describe("the options of a pool", () => {
  it.each([
    ["new Pool();", "new Pool({ max: 10 });"],
    ["new Pool;", "new Pool({ max: 10 });"],
    ["new Pool(/* config */);", "new Pool(/* config */ { max: 10 });"],
    ["new Pool(\n  // config\n);", "new Pool(\n  // config\n  { max: 10 }\n);"],
    ["new Pool( // config\n);", "new Pool( // config\n  { max: 10 }\n);"],
    ["new Pool(\n  /* config */\n);", "new Pool(\n  /* config */\n  { max: 10 }\n);"],
    ["if (x) {\n  f(new Pool(\n// config\n  ));\n}", "if (x) {\n  f(new Pool(\n// config\n    { max: 10 }\n  ));\n}"],
    ["new Pool({\n  // config\n});", "new Pool({\n  // config\n  max: 10\n});"],
    ["new Pool({\n  user: 'a', // who\n});", "new Pool({\n  user: 'a', // who\n  max: 10,\n});"],
  ])("%j", (before, after) => expect(added(before)).toBe(after));
});
