// A program that uses db-session, type-checked by the oldest TypeScript that can, by the newest, and between.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { project, root, run } from "./projects.mjs";

const COMPILERS = [
  { name: "typescript-5.4", version: "5.4" },
  { name: "typescript-5.6", version: "5.6", checksLibraries: true },
  { name: "typescript-6", version: "6.0", checksLibraries: true },
  { name: "typescript-7", version: "7", checksLibraries: true },
];
const SAMPLE = "sample.mts";
const DECLARATIONS = "declarations.mts";

/** @returns the compiled program, as Node 20 can run it */
export async function checkTypes(runtime) {
  const directory = await project("runtime-types", [
    runtime,
    "pg",
    "@types/pg",
    "@types/node@20",
    ...COMPILERS.map(({ name, version }) => `${name}@npm:typescript@${version}`),
  ]);
  copyFileSync(join(root, "scripts", "packages", SAMPLE), join(directory, SAMPLE));
  // pg's own declarations are not for TypeScript 5.6: they stay out of the check without skipLibCheck.
  const declarations = ["db-session", "db-session/testing"].map((name) => `export * from "${name}";\n`);
  writeFileSync(join(directory, DECLARATIONS), declarations.join(""));
  for (const { name } of COMPILERS) {
    configure(directory, name, { files: [SAMPLE], skipLibCheck: true, outDir: name });
    configure(directory, `${name}-declarations`, { files: [DECLARATIONS], skipLibCheck: false, noEmit: true });
  }
  // Two at a time, as CI has two cores.
  const queue = [...COMPILERS];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const compile = (project) =>
        run(directory, [join("node_modules", next.name, "bin", "tsc"), "-p", `${project}.json`]);
      await compile(next.name);
      if (next.checksLibraries) await compile(`${next.name}-declarations`);
      console.log(`db-session type-checks under ${next.name}${next.checksLibraries ? "" : " with skipLibCheck"}.`);
    }
  };
  await Promise.all([work(), work()]);
  return join(directory, "typescript-6", "sample.mjs");
}

function configure(directory, name, { files, ...others }) {
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    ...others,
  };
  writeFileSync(join(directory, `${name}.json`), JSON.stringify({ compilerOptions, files }));
}
