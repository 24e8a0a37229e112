// Packs both packages, installs them into empty projects, and uses them there, as their users would.
import { checkPlugin } from "./packages/plugin.mjs";
import { assertContents, pack } from "./packages/projects.mjs";
import { checkNodes } from "./packages/runtime-nodes.mjs";
import { checkTypes } from "./packages/runtime-types.mjs";

const plugin = pack([]);
const runtime = pack(["-w", "runtime"]);
assertContents(plugin, [
  "package/dist/index.js",
  "package/dist/parser.cjs",
  "package/dist/index.d.ts",
  "package/README.md",
  "package/LICENSE",
]);
assertContents(runtime, [
  ...["index", "testing/index"].flatMap((name) => [`package/dist/${name}.js`, `package/dist/${name}.d.ts`]),
  ...["README.md", "SEMANTICS.md", "LICENSE"].map((name) => `package/${name}`),
]);

const sample = checkTypes(runtime);
await Promise.all([checkPlugin(plugin, runtime), checkNodes(runtime, sample)]);
