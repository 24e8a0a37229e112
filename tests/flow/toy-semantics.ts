import { DefinitionType, type Scope, type Variable } from "@typescript-eslint/scope-manager";
import { parseForESLint } from "@typescript-eslint/parser";
import type { TSESTree } from "@typescript-eslint/utils";
import { childrenOf, isFunction } from "../../src/syntax-tree.js";
import { Interpreter, type Outcome } from "../../src/flow/interpreter.js";
import type { CallSite, Escape, Semantics, ThrowingKind } from "../../src/flow/semantics.js";
import { forgetResource, startState, type Flow, type Place, type State, type Status } from "../../src/flow/states.js";
import {
  holdsResource,
  promiseOf,
  resource,
  truthy,
  unknown,
  type FunctionNode,
  type Value,
} from "../../src/flow/values.js";

export interface Program {
  readonly ast: TSESTree.Program;
  /** The function called `main`, or the program itself. */
  readonly main: FunctionNode | TSESTree.Program;
  /** Calls of `open` and `openNow`, in the order of the source. */
  readonly openings: readonly TSESTree.CallExpression[];
  readonly variableOf: (node: TSESTree.Node) => Place | undefined;
  readonly scopeOf: (node: FunctionNode) => Scope | null;
}

export function parseProgram(code: string): Program {
  const { ast, scopeManager } = parseForESLint(code, {
    sourceType: "module",
    loc: true,
    range: true,
    ecmaFeatures: { jsx: true },
  });
  const root = ast as unknown as TSESTree.Program;
  const openings: TSESTree.CallExpression[] = [];
  let main: FunctionNode | undefined;
  const pending: TSESTree.Node[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.type === "CallExpression" && /^open(?:Now)?$/.test(nameOf(node.callee) ?? "")) openings.push(node);
    if (node.type === "FunctionDeclaration" && node.id?.name === "main") main = node;
    for (const child of childrenOf(node)) {
      child.parent = node;
      pending.push(child);
    }
  }
  const variables = new Map<TSESTree.Node, Place>();
  for (const scope of scopeManager.scopes) {
    for (const reference of scope.references) {
      if (reference.resolved) variables.set(reference.identifier, reference.resolved);
    }
    for (const variable of scope.variables) for (const name of variable.identifiers) variables.set(name, variable);
  }
  return {
    ast: root,
    main: main ?? root,
    openings: openings.sort((left, right) => left.range[0] - right.range[0]),
    variableOf: (node) => variables.get(node),
    scopeOf: (node) => scopeManager.acquire(node, true),
  };
}

function nameOf(node: TSESTree.Node): string | undefined {
  return node.type === "Identifier" ? node.name : undefined;
}

export interface ToyOptions {
  /** Plain calls throw too, not only awaits. */
  readonly callThrows?: boolean;
}

/** Calls that never fail, in the model and in execution. */
const safe = new Set(["decide", "pick", "items", "keys", "keep", "stop"]);

/**
 * A world of one resource: `open()` gives a promise of it, `openNow()` the resource itself, `x.close()` closes it,
 * `keep(x)` hands it over, `decide()` and `pick(n)` never fail, `stop()` never returns and everything else, such as
 * `work()`, may reject where it is awaited. `use(x)` only borrows.
 */
export class ToySemantics implements Semantics {
  readonly losses: State[] = [];
  readonly #program: Program;
  readonly #tracked: TSESTree.CallExpression;
  readonly #options: ToyOptions;

  constructor(program: Program, tracked: TSESTree.CallExpression, options: ToyOptions = {}) {
    this.#program = program;
    this.#tracked = tracked;
    this.#options = options;
  }

  placeOf(node: TSESTree.Node): Place | undefined {
    return this.#program.variableOf(node);
  }

  isLocal(): boolean {
    return true;
  }

  isAsked(): boolean {
    return false;
  }

  isAskedAgain(): boolean {
    return true;
  }

  functionOf(node: TSESTree.Node): FunctionNode | undefined {
    const variable = this.placeOf(node) as Variable | undefined;
    const definition = variable?.defs[0];
    if (definition?.type === DefinitionType.FunctionName) return definition.node as FunctionNode;
    const init = definition?.type === DefinitionType.Variable ? definition.node.init : undefined;
    return init && isFunction(init) ? init : undefined;
  }

  captures(node: FunctionNode, places: Iterable<Place>): boolean {
    const wanted = new Set<unknown>(places);
    return this.#program.scopeOf(node)?.through.some(({ resolved }) => wanted.has(resolved)) ?? false;
  }

  call(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const { node, callee } = site;
    const name = nameOf(node.callee);
    if (node === this.#tracked) {
      if (state.status === "open") this.losses.push(state);
      const opened: State = { ...startState, status: "open", bindings: forgetResource(state.bindings) };
      return [{ value: name === "open" ? promiseOf(resource) : resource, state: opened }];
    }
    if (callee.kind === "member" && callee.name === "close") {
      return [
        { value: promiseOf(unknown, true), state: state.status === "open" ? { ...state, status: "closed" } : state },
      ];
    }
    if (name === "open") return [{ value: promiseOf(truthy), state }];
    if (name === "openNow") return [{ value: truthy, state }];
    if (name === "stop") return [];
    if (name === "keep") {
      const kept = site.arguments.reduce((before, value) => this.escape(value, before), state);
      return [{ value: site.arguments[0] ?? unknown, state: kept }];
    }
    if (name !== undefined && safe.has(name)) return [{ value: promiseOf(unknown, true), state }];
    const target = this.functionOf(node.callee);
    if (target && run.canInvoke(target)) {
      const outcome = run.invoke(target, site.arguments, state);
      for (const thrown of outcome.throws) run.completions.throws.add(thrown);
      return outcome.returns;
    }
    if (this.#options.callThrows && node.type === "CallExpression" && !isClose(node)) run.raise(state, node);
    return [{ value: unknown, state }];
  }

  read(_node: TSESTree.MemberExpression, name: string, state: State): Flow {
    return { value: { kind: "member", name }, state };
  }

  canThrow(node: TSESTree.Node, kind: ThrowingKind): boolean {
    return kind === "call" ? this.#options.callThrows === true : !isClose(node);
  }

  rejected(_node: TSESTree.Node, value: Value, state: State): State {
    return value.kind === "promise" && holdsResource(value) && state.status === "open"
      ? { ...state, status: "absent" }
      : state;
  }

  dispose(value: Value, state: State): State {
    return holdsResource(value) && state.status === "open" ? { ...state, status: "closed" } : state;
  }

  escape(value: Value, state: State, _node?: TSESTree.Node, _how?: Escape): State {
    return holdsResource(value) && state.status === "open" ? { ...state, status: "escaped" } : state;
  }

  overwritten(state: State): State {
    if (state.status !== "open") return state;
    this.losses.push(state);
    return { ...state, status: "lost" };
  }

  discarded(_value: Value, state: State): State {
    return state;
  }

  yielded(_value: Value, state: State): State {
    return state;
  }
}

/** `x.close()`, `await x?.close()`: of whichever resource, closing never fails. */
function isClose(node: TSESTree.Node): boolean {
  if (node.type === "AwaitExpression") return isClose(node.argument);
  if (node.type === "ChainExpression") return isClose(node.expression);
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    nameOf(node.callee.property) === "close"
  );
}

export interface Followed {
  readonly outcome: Outcome;
  readonly run: Interpreter;
  readonly losses: readonly State[];
}

export function follow(program: Program, tracked: TSESTree.CallExpression, options?: ToyOptions): Followed {
  const semantics = new ToySemantics(program, tracked, options);
  const run = new Interpreter(semantics);
  const outcome =
    program.main.type === "Program"
      ? run.runBody(program.main.body, [startState])
      : run.run(program.main, [], [startState]);
  return { outcome, run, losses: semantics.losses };
}

/** States that agree are one, so returning and falling off the end are told apart by lines only. */
export type Way = "end" | "throw";

export interface Exit {
  readonly way: Way;
  readonly status: Status;
  readonly line?: number | undefined;
}

/** In which statuses the function is left, and by which way. */
export function exitsOf({ outcome }: Followed): readonly Exit[] {
  return [
    ...outcome.returns.map(({ state }): Exit => ({
      way: "end",
      status: state.status,
      line: (state.leftAt ?? state.raisedAt)?.loc.start.line,
    })),
    ...[...outcome.throws].map((state): Exit => ({
      way: "throw",
      status: state.status,
      line: state.raisedAt?.loc.start.line,
    })),
  ];
}

/** `end: closed · throw: absent, open@4`: every way out of the first opening's function, `@` the line that shows an open one. */
export function ways(code: string, options?: ToyOptions): string {
  const program = parseProgram(code);
  const exits = exitsOf(follow(program, program.openings[0]!, options));
  return (["end", "throw"] as const)
    .map((way) => {
      const some = exits.filter((exit) => exit.way === way);
      const texts = some.map(({ status, line }) =>
        isOpen(status) && line !== undefined ? `${status}@${line}` : status,
      );
      return { way, texts: [...new Set(texts)].sort() };
    })
    .filter(({ texts }) => texts.length > 0)
    .map(({ way, texts }) => `${way}: ${texts.join(", ")}`)
    .join(" · ");
}

export function isOpen(status: Status): boolean {
  return status === "open" || status === "lost";
}

/** Whether some opening of the program is left open on some way out, or lost on the way. */
export function leaks(program: Program, options?: ToyOptions): boolean {
  return program.openings.some((opening) => {
    const followed = follow(program, opening, options);
    const detached = [...followed.run.detached].some(({ status }) => isOpen(status));
    return detached || followed.losses.length > 0 || exitsOf(followed).some(({ status }) => isOpen(status));
  });
}
