import fc from "fast-check";
import { asExecuted, asLinted, both, siteMarker, type PrintedProgram } from "./printed.js";

/** A statement in a function `(error, session, done) => …`. */
export type CallbackStep =
  | { readonly kind: "close" | "done" | "finish" | "step" | "leave" | "handOver"; readonly pick: number }
  | {
      readonly kind: "if" | "try" | "query";
      readonly pick: number;
      readonly parts: readonly (readonly CallbackStep[])[];
    };

export interface CallbackDraft {
  readonly pick: number;
  readonly body: readonly CallbackStep[];
}

const pick = fc.nat({ max: 99 });
const leaf = fc.record({
  kind: fc.constantFrom(
    "close" as const,
    "done" as const,
    "finish" as const,
    "step" as const,
    "leave" as const,
    "handOver" as const,
  ),
  pick,
});

const { steps } = fc.letrec<{ step: CallbackStep; steps: readonly CallbackStep[] }>((tie) => ({
  steps: fc.array(tie("step"), { maxLength: 3, size: "max", depthIdentifier: "callbacks" }),
  step: fc.oneof(
    { maxDepth: 4, withCrossShrink: true, depthIdentifier: "callbacks" },
    { weight: 3, arbitrary: leaf },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom("if" as const, "if" as const, "query" as const, "query" as const, "try" as const),
        pick,
        parts: fc.array(tie("steps"), { minLength: 1, maxLength: 3, size: "max" }),
      }),
    },
  ),
}));

export const callbackDrafts: fc.Arbitrary<CallbackDraft> = fc.record({ pick, body: steps });

interface Context {
  readonly errors: readonly string[];
  /** A query's callback runs when all around it has ended, so it stands last, and in no `try`. */
  readonly canQuery: boolean;
}

/** Whether pg or mysql2, alone or in `new Promise(…)`. */
export function printCallbackProgram(draft: CallbackDraft): PrintedProgram {
  const isPg = draft.pick % 2 === 0;
  const isPromise = draft.pick % 4 > 1;
  let names = 0;

  const print = (list: readonly CallbackStep[], context: Context): string =>
    list.map((step) => printStep(step, context)).join(" ");
  const block = (list: readonly CallbackStep[] | undefined, context: Context): string =>
    `{ ${print(list ?? [], context)} }`;
  const errorOf = (choice: number, { errors }: Context): string => errors[choice % errors.length]!;
  const answer = (error: string): string => (isPromise ? `reject(${error});` : `cb(${error});`);

  function printStep(step: CallbackStep, context: Context): string {
    const error = errorOf(step.pick, context);
    switch (step.kind) {
      case "close":
        return ["client.release();", "client?.release();", "if (client) client.release();"][step.pick % 3]!;
      case "done":
        if (!isPg) return "client.release();";
        return ["done();", `done(${error});`, "if (done) done();"][step.pick % 3]!;
      case "finish":
        return step.pick % 2 === 0 ? `finish(${error});` : `return finish(${error});`;
      case "step":
        return "step();";
      case "leave":
        return [`return ${answer(error)}`, "return;", answer(error), "throw new Failure();"][step.pick % 4]!;
      case "handOver":
        return both(isPromise ? "resolve(client);" : "cb(null, client);", "keep(client);");
      case "if": {
        const test = [error, error, `!${error}`, "coin()", "p0"][step.pick % 5]!;
        const otherwise = step.parts[1] ? ` else ${block(step.parts[1], context)}` : "";
        return `if (${test}) ${block(step.parts[0], context)}${otherwise}`;
      }
      case "try": {
        const inside = { ...context, canQuery: false };
        const handler = step.pick % 3 > 0 ? ` catch ${block(step.parts[1], inside)}` : "";
        const finalizer = step.pick % 3 < 2 ? ` finally ${block(step.parts[2], inside)}` : "";
        return `try ${block(step.parts[0], inside)}${handler}${finalizer}`;
      }
      case "query": {
        if (!context.canQuery) return "step();";
        if (step.pick % 5 === 0) return `return client.query("SELECT 1", finish);`;
        const name = `e${names++}`;
        const inner = { ...context, errors: [...context.errors, name] };
        return `return client.query("SELECT 1", (${name}, rows) => ${block(step.parts[0], inner)});`;
      }
    }
  }

  const body = print(draft.body, { errors: ["err"], canQuery: true });
  const text = [
    both(
      `import { ${isPg ? "Pool" : "createPool"} } from "${isPg ? "pg" : "mysql2"}"; import { cb, coin, keep, step, Failure } from "app"; const pool = ${isPg ? "new Pool()" : "createPool({})"};`,
      "",
    ),
    "export function main(p0) {",
    isPromise ? both("return new Promise((resolve, reject) => {", "const reject = cb;") : "",
    `${both(`${siteMarker(0)}pool.${isPg ? "connect" : "getConnection"}(`, "connect(0, ")}(err, client${isPg ? ", done" : ""}) => {`,
    `const finish = (error) => { ${isPg ? "done();" : "client.release();"} ${answer("error")} };`,
    "if (err) return;",
    body,
    "});",
    isPromise ? both("});", "") : "",
    "}",
  ].join("\n");
  return { linted: asLinted(text), executed: asExecuted(text), sites: 1 };
}
