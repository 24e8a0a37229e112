import fc from "fast-check";
import { openingForms } from "./forms.js";

/** A statement before it is known which names it can use: `pick` chooses among what is in scope where it is printed. */
export type Step = Leaf | Nest;

export interface Leaf {
  readonly kind: keyof typeof leafWeights;
  readonly pick: number;
}

export interface Nest {
  readonly kind: keyof typeof nestWeights;
  readonly pick: number;
  readonly test: Test;
  /** One to three lists of statements; what has need of fewer leaves the rest out. */
  readonly parts: readonly (readonly Step[])[];
}

export type Test =
  | { readonly kind: "decide" | "coin" }
  | { readonly kind: "asked" | "flag" | "slot" | "remembered" | "parameter"; readonly pick: number }
  | { readonly kind: "not"; readonly of: Test }
  | { readonly kind: "and" | "or"; readonly left: Test; readonly right: Test };

export interface Draft {
  readonly library: number;
  /** A function of the file that opens and returns. */
  readonly opener: number;
  readonly openerSteps: readonly Step[];
  /** Functions of the file that are given a session. */
  readonly helpers: readonly (readonly Step[])[];
  /** Functions of the file that are given a function. */
  readonly wrapper: number;
  readonly isGenerator: boolean;
  readonly body: readonly Step[];
}

/** How often each kind is drawn. */
const leafWeights = {
  open: 8,
  close: 8,
  use: 4,
  work: 2,
  alias: 2,
  clear: 1,
  flag: 2,
  handOver: 2,
  help: 2,
  leave: 2,
  begin: 1,
  yield: 1,
};
const nestWeights = {
  if: 3,
  loop: 2,
  try: 4,
  switch: 1,
  block: 1,
  scope: 1,
  chain: 1,
  queryChain: 1,
  openChain: 1,
  closure: 1,
  all: 1,
  list: 1,
  drained: 1,
  passedScope: 1,
  wrapped: 2,
};

const pick = fc.nat({ max: 999 });

const test = fc.letrec<{ test: Test }>((tie) => ({
  test: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("decide" as const, "coin" as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("asked" as const), pick }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("flag" as const, "slot" as const, "remembered" as const, "parameter" as const),
        pick,
      }),
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
})).test;

function weighted<Kind extends string>(weights: Readonly<Record<Kind, number>>): fc.Arbitrary<Kind> {
  const kinds = Object.keys(weights) as Kind[];
  return fc.constantFrom(...kinds.flatMap((kind) => Array.from({ length: weights[kind] }, () => kind)));
}

interface Weights {
  readonly leaf: Readonly<Record<Leaf["kind"], number>>;
  readonly nest: Readonly<Record<Nest["kind"], number>>;
}

function stepsOf(weights: Weights, maxDepth: number, maxLength = 4, minLength = 0): fc.Arbitrary<readonly Step[]> {
  const { steps } = fc.letrec<{ step: Step; steps: readonly Step[] }>((tie) => ({
    steps: fc.array(tie("step"), { minLength, maxLength, size: "max", depthIdentifier: "sessions" }),
    step: fc.oneof(
      { maxDepth, withCrossShrink: true, depthIdentifier: "sessions" },
      { weight: 3, arbitrary: fc.record({ kind: weighted(weights.leaf), pick }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: weighted(weights.nest),
          pick,
          test,
          parts: fc.array(tie("steps"), { minLength: 1, maxLength: 3, size: "max" }),
        }),
      },
    ),
  }));
  return steps;
}

function draftsOf(weights: Weights): fc.Arbitrary<Draft> {
  return fc.record({
    library: fc.nat({ max: 99 }),
    opener: fc.nat({ max: 99 }),
    openerSteps: stepsOf(weights, 1, 2),
    helpers: fc.array(stepsOf(weights, 1), { maxLength: 2 }),
    wrapper: fc.nat({ max: 99 }),
    isGenerator: fc.nat({ max: 5 }).map((one) => one === 0),
    body: stepsOf(weights, 3, 5, 1),
  });
}

export const drafts = draftsOf({ leaf: leafWeights, nest: nestWeights });

const plainSteps = stepsOf(
  {
    leaf: {
      ...leafWeights,
      open: 2,
      close: 2,
      use: 8,
      begin: 2,
      alias: 0,
      clear: 0,
      handOver: 0,
      help: 1,
      leave: 1,
      yield: 0,
    },
    nest: {
      ...nestWeights,
      loop: 1,
      try: 5,
      openChain: 0,
      all: 0,
      list: 0,
      closure: 0,
      drained: 0,
      passedScope: 0,
      wrapped: 0,
    },
  },
  2,
);

/** Of the kind that fixes are offered for: one name for each session, which is handed to nobody. */
export const plainDrafts: fc.Arbitrary<Draft> = fc.record({
  library: fc.nat({ max: 99 }),
  opener: fc.constant(0),
  openerSteps: fc.constant([]),
  helpers: fc.constant([]),
  wrapper: fc.constant(0),
  isGenerator: fc.constant(false),
  body: fc
    .tuple(
      fc.array(fc.record({ kind: fc.constant("work" as const), pick }), { maxLength: 2 }),
      pick,
      plainSteps,
      plainSteps,
    )
    .map(([before, choice, inside, after]) => [
      ...before,
      // Most are one plain `const`.
      { kind: "open" as const, pick: choice % 10 === 0 ? choice : choice * openingForms },
      ...inside,
      ...(choice % 3 === 0 ? [] : [{ kind: "close" as const, pick: choice }]),
      ...(choice % 2 === 0 ? [] : after),
    ]),
});
