import fc from "fast-check";

/** A statement before it is known which names it can use: numbers choose among what is in scope where it is printed. */
export type Step =
  | {
      readonly kind: "work" | "use" | "open" | "close" | "alias" | "clear" | "flag" | "keep" | "help";
      readonly pick: number;
    }
  | { readonly kind: "leave"; readonly pick: number }
  | { readonly kind: "yield" }
  | { readonly kind: "if"; readonly test: Test; readonly then: readonly Step[]; readonly otherwise: readonly Step[] }
  | {
      readonly kind: "loop";
      readonly pick: number;
      readonly label: boolean;
      readonly test: Test;
      readonly body: readonly Step[];
    }
  | { readonly kind: "switch"; readonly fallback: number; readonly cases: readonly (readonly Step[])[] }
  | {
      readonly kind: "try";
      readonly block: readonly Step[];
      readonly handler: readonly Step[] | null;
      readonly finalizer: readonly Step[] | null;
    }
  | { readonly kind: "block"; readonly label: boolean; readonly body: readonly Step[] }
  | { readonly kind: "using"; readonly body: readonly Step[] }
  | {
      readonly kind: "chain";
      readonly pick: number;
      readonly first: readonly Step[];
      readonly second: readonly Step[];
    };

export type Test =
  | { readonly kind: "decide" }
  | { readonly kind: "flag" | "slot" | "remembered"; readonly pick: number }
  | { readonly kind: "not"; readonly of: Test }
  | { readonly kind: "and" | "or"; readonly left: Test; readonly right: Test };

export interface Draft {
  readonly isGenerator: boolean;
  readonly helpers: readonly (readonly Step[])[];
  readonly body: readonly Step[];
}

const pick = fc.nat({ max: 99 });

const tests = fc.letrec<{ test: Test }>((tie) => ({
  test: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 4, arbitrary: fc.constant<Test>({ kind: "decide" }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom("flag" as const, "slot" as const, "remembered" as const), pick }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("not" as const), of: tie("test") }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        left: tie("test"),
        right: tie("test"),
      }),
    },
  ),
}));

function stepsOf(isGenerator: boolean, maxDepth: number): fc.Arbitrary<readonly Step[]> {
  const simple = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("open" as const, "close" as const), pick }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          "work" as const,
          "use" as const,
          "alias" as const,
          "clear" as const,
          "flag" as const,
          "help" as const,
        ),
        pick,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom("leave" as const, "leave" as const, "keep" as const), pick }),
    },
    ...(isGenerator ? [{ weight: 1, arbitrary: fc.constant<Step>({ kind: "yield" }) }] : []),
  );
  const { steps } = fc.letrec<{ step: Step; steps: readonly Step[] }>((tie) => ({
    steps: fc.array(tie("step"), { maxLength: 4, depthIdentifier: "steps" }),
    step: fc.oneof(
      { maxDepth, withCrossShrink: true, depthIdentifier: "steps" },
      { weight: 6, arbitrary: simple },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("if" as const),
          test: tests.test,
          then: tie("steps"),
          otherwise: tie("steps"),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("loop" as const),
          pick,
          label: fc.boolean(),
          test: tests.test,
          body: tie("steps"),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant("try" as const),
          block: tie("steps"),
          handler: fc.option(tie("steps"), { freq: 2 }),
          finalizer: fc.option(tie("steps"), { freq: 2 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant("switch" as const),
          fallback: fc.nat({ max: 3 }),
          cases: fc.array(tie("steps"), { minLength: 1, maxLength: 3 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("block" as const), label: fc.boolean(), body: tie("steps") }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("using" as const), body: tie("steps") }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("chain" as const), pick, first: tie("steps"), second: tie("steps") }),
      },
    ),
  }));
  return steps;
}

export const drafts: fc.Arbitrary<Draft> = fc
  .oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
  .chain((isGenerator) =>
    fc.record({
      isGenerator: fc.constant(isGenerator),
      helpers: fc.array(stepsOf(false, 1), { maxLength: 2 }),
      body: stepsOf(isGenerator, 3),
    }),
  );

interface Context {
  /** Variables that may hold nothing. */
  readonly slots: readonly string[];
  /** Variables that surely hold a resource. */
  readonly held: readonly string[];
  readonly flags: readonly string[];
  readonly remembered: readonly string[];
  readonly helpers: readonly string[];
  readonly loops: readonly (string | undefined)[];
  readonly labels: readonly string[];
  /** `break` without a label leaves a loop or a switch. */
  readonly canBreak: boolean;
  readonly canYield: boolean;
  readonly canOpen: boolean;
  readonly canKeep: boolean;
}

export interface PrintOptions {
  /** How many openings a program may have: each is followed on its own. */
  readonly mostOpenings: number;
  /** Helpers and callbacks open too. */
  readonly opensInside: boolean;
  /** Loops, and what they may call, hand over too. */
  readonly keepsInLoops: boolean;
}

export function printProgram(
  draft: Draft,
  { mostOpenings, opensInside, keepsInLoops }: PrintOptions = {
    mostOpenings: 4,
    opensInside: true,
    keepsInLoops: true,
  },
): string {
  let names = 0;
  let openings = 0;

  const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(list.length, 1)];
  const block = (steps: readonly Step[], context: Context): string => `{ ${printSteps(steps, context)} }`;

  function printTest(test: Test, context: Context): string {
    switch (test.kind) {
      case "decide":
        return "await decide()";
      case "flag":
        return [
          `${at(context.flags, test.pick)}`,
          `${at(context.flags, test.pick)} === true`,
          `false !== ${at(context.flags, test.pick)}`,
        ][test.pick % 3]!;
      case "slot": {
        const slot = at(context.slots, test.pick)!;
        return [slot, `${slot} != null`, `Boolean(${slot})`, `${slot} == undefined`, `!!${slot}`][test.pick % 5]!;
      }
      case "remembered":
        return at(context.remembered, test.pick) ?? "await decide()";
      case "not":
        return `!(${printTest(test.of, context)})`;
      case "and":
      case "or":
        return `(${printTest(test.left, context)}) ${test.kind === "and" ? "&&" : "||"} (${printTest(test.right, context)})`;
    }
  }

  function printOpen(choice: number, context: Context): { readonly text: string; readonly context: Context } {
    if (openings >= mostOpenings || !context.canOpen) return { text: "await work();", context };
    openings++;
    const slot = at(context.slots, choice >> 3)!;
    const flag = at(context.flags, choice >> 2)!;
    switch (choice % 8) {
      case 0:
      case 1:
      case 2: {
        const name = `c${names++}`;
        const text = choice % 3 === 0 ? `const ${name} = openNow();` : `const ${name} = await open();`;
        return { text, context: { ...context, held: [...context.held, name] } };
      }
      case 3:
        return { text: `${slot} = await open();`, context };
      case 4:
        return { text: `${slot} ??= await open();`, context };
      case 5:
        return { text: `${slot} = ${flag} ? await open() : null;`, context };
      case 6:
        return { text: `${slot} ||= openNow();`, context };
      default:
        return { text: `${slot} = (${flag} && (await open())) || null;`, context };
    }
  }

  function printClose(choice: number, context: Context): string {
    const variant = choice >> 2;
    const held = at(context.held, choice >> 1);
    if (held && choice % 2 === 0) {
      return [
        `await ${held}.close();`,
        `${held}.close();`,
        `await shut(${held});`,
        `${held}.close().finally(() => {});`,
      ][variant % 4]!;
    }
    const slot = at(context.slots, choice >> 1)!;
    return [
      `await ${slot}?.close();`,
      `if (${slot}) await ${slot}.close();`,
      `${slot} && ${slot}.close();`,
      `if (${slot} != null) { ${slot}.close(); ${slot} = null; }`,
      `await shut(${slot});`,
      `if (!${slot}) await work(); else ${slot}.close();`,
      `${slot} ? await ${slot}.close() : undefined;`,
      `(${slot} ?? undefined)?.close();`,
    ][variant % 8]!;
  }

  function printLeave(choice: number, context: Context): string {
    const ways: string[] = ["return;", "throw new Failure();"];
    if (context.canBreak) ways.push("break;", "break;");
    if (context.loops.length > 0) ways.push("continue;", "continue;");
    for (const label of context.labels) ways.push(`break ${label};`);
    for (const label of context.loops) if (label) ways.push(`continue ${label};`);
    return at(ways, choice)!;
  }

  function printLoop(step: Step & { kind: "loop" }, context: Context): string {
    const label = step.label ? `l${names++}` : undefined;
    const inside: Context = {
      ...context,
      loops: [...context.loops, label],
      labels: label ? [...context.labels, label] : context.labels,
      canBreak: true,
      canKeep: keepsInLoops,
    };
    const prefix = label ? `${label}: ` : "";
    const test = `(await decide()) && (${printTest(step.test, context)})`;
    const body = block(step.body, inside);
    const forms = [
      `while (${test}) ${body}`,
      `do ${body} while (${test});`,
      `for (;;) { if (await decide()) break; ${printSteps(step.body, inside)} }`,
      `for (let i${names} = 0; ${test}; i${names++}++) ${body}`,
      `for (const item of items()) ${body}`,
      `for await (const item of stream()) ${body}`,
      `for (const key in keys()) ${body}`,
    ];
    return prefix + at(forms, step.pick)!;
  }

  function printSwitch(step: Step & { kind: "switch" }, context: Context): string {
    const inside = { ...context, canBreak: true };
    const clauses = step.cases.map((body, index) => {
      const head = index === step.fallback ? "default:" : `case ${index}:`;
      return `${head} ${block(body, inside)}`;
    });
    return `switch (await pick(${step.cases.length + 1})) { ${clauses.join(" ")} }`;
  }

  function printTry(step: Step & { kind: "try" }, context: Context): string {
    const handler = step.handler ? ` catch ${block(step.handler, context)}` : "";
    const finalizer = step.finalizer || !step.handler ? ` finally ${block(step.finalizer ?? [], context)}` : "";
    return `try ${block(step.block, context)}${handler}${finalizer}`;
  }

  function printChain(step: Step & { kind: "chain" }, context: Context): string {
    const inside: Context = {
      ...context,
      loops: [],
      labels: [],
      canBreak: false,
      canYield: false,
      canOpen: context.canOpen && opensInside,
    };
    const first = `async () => ${block(step.first, inside)}`;
    const second = `async () => ${block(step.second, inside)}`;
    return [
      `await work().then(${first});`,
      `await work().catch(${first});`,
      `await work().finally(${first});`,
      `await work().then(${first}, ${second});`,
      `await work().then(${first}).catch(${second});`,
      `await work().catch(${first}).finally(${second});`,
      `await work().then(${first}).finally(${second});`,
    ][step.pick % 7]!;
  }

  function printSteps(steps: readonly Step[], outer: Context): string {
    let context = outer;
    const texts: string[] = [];
    for (const [index, step] of steps.entries()) {
      switch (step.kind) {
        case "work":
          if (step.pick % 3 === 0) {
            const name = `d${names++}`;
            texts.push(`const ${name} = await decide();`);
            context = { ...context, remembered: [...context.remembered, name] };
          } else texts.push(step.pick % 3 === 1 ? "await work();" : "step();");
          break;
        case "use":
          texts.push(`await use(${at([...context.held, ...context.slots], step.pick)!});`);
          break;
        case "open": {
          const printed = printOpen(step.pick, context);
          texts.push(printed.text);
          ({ context } = printed);
          break;
        }
        case "close":
          texts.push(printClose(step.pick, context));
          break;
        case "alias":
          texts.push(`${at(context.slots, step.pick)!} = ${at([...context.held, ...context.slots], step.pick >> 1)!};`);
          break;
        case "clear":
          texts.push(`${at(context.slots, step.pick)!} = ${step.pick % 2 === 0 ? "null" : "undefined"};`);
          break;
        case "flag": {
          const flag = at(context.flags, step.pick)!;
          const slot = at(context.slots, step.pick >> 1)!;
          texts.push(
            `${flag} = ${["true", "false", "await decide()", `!${slot}`, `${slot} != null`, `!${flag}`][step.pick % 6]!};`,
          );
          break;
        }
        case "keep":
          texts.push(
            context.canKeep ? `keep(${at([...context.held, ...context.slots], step.pick)!});` : "await work();",
          );
          break;
        case "help":
          texts.push(context.helpers.length > 0 ? `await ${at(context.helpers, step.pick)!}();` : "await work();");
          break;
        case "leave":
          texts.push(printLeave(step.pick, context));
          break;
        case "yield":
          texts.push(context.canYield ? "yield 1;" : "await work();");
          break;
        case "if": {
          const otherwise = step.otherwise.length > 0 ? ` else ${block(step.otherwise, context)}` : "";
          texts.push(`if (${printTest(step.test, context)}) ${block(step.then, context)}${otherwise}`);
          break;
        }
        case "loop":
          texts.push(printLoop(step, context));
          break;
        case "switch":
          texts.push(printSwitch(step, context));
          break;
        case "try":
          texts.push(printTry(step, context));
          break;
        case "block":
          if (step.label) {
            const label = `l${names++}`;
            texts.push(`${label}: ${block(step.body, { ...context, labels: [...context.labels, label] })}`);
          } else texts.push(block(step.body, context));
          break;
        case "using":
          if (openings < mostOpenings && context.canOpen) {
            openings++;
            const name = `u${names++}`;
            const inside = { ...context, held: [...context.held, name] };
            const form = index % 2 === 0 ? `await using ${name} = await open();` : `using ${name} = openNow();`;
            texts.push(`{ ${form} ${printSteps(step.body, inside)} }`);
          }
          break;
        case "chain":
          texts.push(printChain(step, context));
          break;
      }
    }
    return texts.join(" ");
  }

  const slots = ["v0", "v1"];
  const flags = ["f0", "f1"];
  const start: Context = {
    slots,
    held: [],
    flags,
    remembered: [],
    helpers: [],
    loops: [],
    labels: [],
    canBreak: false,
    canYield: true,
    canOpen: true,
    canKeep: true,
  };
  const helpers = draft.helpers.map((body, index) => {
    const inner: Context = {
      ...start,
      canYield: false,
      canOpen: opensInside,
      canKeep: keepsInLoops,
      helpers: index > 0 ? ["h0"] : [],
    };
    // A function that has nothing to do with a session is taken to return or to fail: these may do both.
    const text = opensInside ? block(body, inner) : `{ if (await decide()) ${block(body, inner)} }`;
    return `const h${index} = async () => ${text};`;
  });
  const context: Context = { ...start, helpers: helpers.map((_, index) => `h${index}`) };
  return [
    "async function shut(resource) { if (resource) await resource.close(); }",
    `async function${draft.isGenerator ? "*" : ""} main() {`,
    "let v0 = null, v1; let f0 = false, f1 = true;",
    ...helpers,
    printSteps(draft.body, context),
    "}",
  ].join("\n");
}
