import ts from "typescript";
import { fakeModules, Recorder } from "./fakes.js";

export interface Run {
  readonly outcome: { readonly value: unknown } | { readonly error: string };
  /** What was done to the database, but for closing and rolling back. */
  readonly work: readonly string[];
  readonly steps: readonly string[];
  readonly leaked: number;
  readonly dirty: number;
  readonly commits: number;
}

/** Executes the program's `run()` on fakes, with a failure at one step. */
export async function execute(program: string, fault?: string): Promise<Run> {
  const outputText = compile(program);
  const recorder = new Recorder(fault);
  const modules = fakeModules(recorder);
  const exports: { run?: () => Promise<unknown> } = {};
  const require = (name: string): unknown => {
    if (!(name in modules)) throw new Error(`no fake of ${name}`);
    return modules[name];
  };
  // The program is the test's own text, compiled for this Node.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  new Function("require", "exports", outputText)(require, exports);
  let outcome: Run["outcome"];
  try {
    outcome = { value: await exports.run!() };
  } catch (error) {
    outcome = { error: String((error as Error).message) };
  }
  return {
    outcome,
    work: recorder.events.filter((event) => event !== "close" && event !== "rollback"),
    steps: recorder.steps,
    leaked: recorder.open,
    dirty: recorder.dirty,
    commits: recorder.commits,
  };
}

const compiled = new Map<string, string>();

/** As for Node 20, which has no `await using` of its own. */
function compile(program: string): string {
  let text = compiled.get(program);
  if (text === undefined) {
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true };
    compiled.set(program, (text = ts.transpileModule(program, { compilerOptions }).outputText));
  }
  return text;
}
