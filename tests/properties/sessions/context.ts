/** What is in scope where a statement is printed. */
export interface Context {
  /** Variables that may hold nothing. */
  readonly slots: readonly string[];
  /** Variables that surely hold a session. */
  readonly held: readonly string[];
  /** Of these, what may be handed over. */
  readonly own: readonly string[];
  readonly flags: readonly string[];
  /** Constants that hold a decision, and parameters of which nothing is known. */
  readonly remembered: readonly string[];
  readonly parameters: readonly string[];
  /** Of these, what may be a session of somebody else's. */
  readonly givable: readonly string[];
  /** Sessions that are only opened where nothing is given. */
  readonly passed: readonly { readonly name: string; readonly parameter: string; readonly flag?: string }[];
  /** What handlers have caught. */
  readonly errors: readonly string[];
  /** Local functions that capture what is around them. */
  readonly closures: readonly string[];
  /** Functions of the file that are given a session. */
  readonly helpers: readonly string[];
  /** Functions of the file that are given a function. */
  readonly wrappers: readonly string[];
  readonly loops: readonly (string | undefined)[];
  readonly labels: readonly string[];
  /** `break` without a label leaves a loop or a switch. */
  readonly canBreak: boolean;
  readonly canOpen: boolean;
  readonly canYield: boolean;
  /** What is returned leaves the reach of the analysis. */
  readonly isMain: boolean;
  /** Its caller goes by what it returns. */
  readonly isOpener: boolean;
  /** The innermost `try` whose block this is, within the function: 0 is none. */
  readonly tryBlock: number;
}

const nothing: Context = {
  slots: [],
  held: [],
  own: [],
  flags: [],
  remembered: [],
  parameters: [],
  givable: [],
  passed: [],
  errors: [],
  closures: [],
  helpers: [],
  wrappers: [],
  loops: [],
  labels: [],
  canBreak: false,
  canOpen: false,
  canYield: false,
  isMain: false,
  isOpener: false,
  tryBlock: 0,
};

export const mainContext: Context = {
  ...nothing,
  slots: ["v0", "v1"],
  flags: ["f0", "f1"],
  parameters: ["p0", "p1", "p2"],
  givable: ["p2"],
  canOpen: true,
  isMain: true,
};

/** A function of the file that is given one session and hands it to nobody. */
export const borrowerContext: Context = { ...nothing, slots: ["v0"], flags: ["f0", "f1"], held: ["x"] };

/** One that may hand it on. */
export const keeperContext: Context = { ...borrowerContext, own: ["x"], helpers: ["h0"] };

const borrowers = ["h0"];

/** A function that opens for its caller. */
export const openerContext: Context = { ...nothing, flags: ["f0", "f1"], isOpener: true };

/** A loop that hands over what it did not open counts as always entered: here none does. */
export function looping(context: Context, label?: string): Context {
  return {
    ...context,
    own: [],
    helpers: context.helpers.filter((name) => borrowers.includes(name)),
    loops: [...context.loops, label],
    labels: label ? [...context.labels, label] : context.labels,
    canBreak: true,
  };
}

/** A function inside another that shares its variables and opens nothing. */
export function sharing(context: Context): Context {
  return {
    ...looping(context),
    loops: [],
    labels: [],
    canBreak: false,
    canOpen: false,
    canYield: false,
    isMain: false,
    isOpener: false,
    tryBlock: 0,
  };
}

/** A function inside another that opens: what it opens is followed in it alone, where nothing is known of variables around it. */
export function opening(context: Context): Context {
  return { ...nothing, held: context.held, canOpen: context.canOpen };
}

export function holding(context: Context, ...names: readonly string[]): Context {
  return { ...context, held: [...context.held, ...names], own: [...context.own, ...names] };
}

export function at<Item>(list: readonly Item[], index: number): Item | undefined {
  return list[index % Math.max(list.length, 1)];
}
