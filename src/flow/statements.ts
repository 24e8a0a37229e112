import type { TSESTree } from "@typescript-eslint/utils";
import { branch, splitCopy } from "./conditions.js";
import { noCompletions, type Completions, type Interpreter } from "./interpreter.js";
import { waitFor } from "./expressions.js";
import { functionAround } from "../syntax-tree.js";
import { withoutCallback } from "./optional-callbacks.js";
import { assignPattern, type Assignment } from "./patterns.js";
import { distinct, StateSet, type Flow, type State } from "./states.js";
import { unknown, type Value } from "./values.js";

const unlabelled = "";

export function executeStatements(run: Interpreter, statements: readonly TSESTree.Node[], states: StateSet): StateSet {
  run.enter();
  let current = states;
  for (let index = 0; index < statements.length && !current.isEmpty; index++) {
    const statement = statements[index]!;
    if (statement.type === "VariableDeclaration" && isUsing(statement)) {
      const rest = statements.slice(index + 1);
      current = declareUsing(run, statement, current, (declared) => executeStatements(run, rest, declared));
      break;
    }
    current = executeStatement(run, statement, current);
  }
  run.leave();
  return current;
}

function isUsing(node: TSESTree.VariableDeclaration): boolean {
  return node.kind === "using" || node.kind === "await using";
}

/** Each resource is disposed of also where the making of the next one fails. */
function declareUsing(
  run: Interpreter,
  node: TSESTree.VariableDeclaration,
  states: StateSet,
  rest: (declared: StateSet) => StateSet,
  index = 0,
): StateSet {
  const declarator = node.declarations[index];
  if (!declarator) return rest(states);
  const declared = declareOne(run, node, declarator, states);
  return withDisposal(run, node, declarator.id, () => declareUsing(run, node, declared, rest, index + 1));
}

/** Runs the rest of a block and disposes of what `using` declared on every way out of it. */
function withDisposal(
  run: Interpreter,
  node: TSESTree.VariableDeclaration | TSESTree.ForOfStatement,
  name: TSESTree.Node,
  rest: () => StateSet,
): StateSet {
  const dispose = (state: State): State => {
    const place = run.semantics.placeOf(name);
    const value = place && state.bindings.get(place);
    return value ? run.semantics.dispose(value, state, node) : state;
  };
  const { result, completions } = run.isolated(rest);
  forward(run, completions, (states) => new StateSet([...states].map(dispose)));
  return new StateSet([...result].map(dispose));
}

/** Hands abrupt completions on to the surrounding construct, each kind through `finaliser`. */
function forward(run: Interpreter, inner: Completions, finaliser: (states: Iterable<State>) => StateSet): void {
  // The finaliser's own abrupt completions are recorded while it runs, so it runs before the sets are read.
  const thrown = finaliser(inner.throws);
  run.completions.throws.addAll(thrown);
  const rejected = finaliser(inner.rejects);
  run.completions.rejects.addAll(rejected);
  for (const flow of distinct(inner.returns)) {
    for (const state of finaliser([flow.state])) run.completions.returns.push({ ...flow, state });
  }
  for (const kind of ["breaks", "continues"] as const) {
    for (const [label, states] of inner[kind]) {
      const jumped = finaliser(states);
      addTo(run.completions[kind], label, jumped);
    }
  }
}

function addTo(jumps: Map<string, StateSet>, label: string, states: Iterable<State>): void {
  const known = jumps.get(label);
  if (known) known.addAll(states);
  else jumps.set(label, new StateSet(states));
}

function take(jumps: Map<string, StateSet>, labels: readonly string[]): StateSet {
  const taken = new StateSet();
  for (const label of labels) {
    const states = jumps.get(label);
    if (states) taken.addAll(states);
    jumps.delete(label);
  }
  return taken;
}

function executeStatement(
  run: Interpreter,
  node: TSESTree.Node,
  states: StateSet,
  labels: readonly string[] = [],
): StateSet {
  run.step();
  const { semantics } = run;
  switch (node.type) {
    case "ExpressionStatement": {
      const after = new StateSet();
      for (const state of states) {
        for (const flow of run.evaluate(node.expression, state)) {
          after.add(semantics.discarded(flow.value, flow.state, node.expression));
        }
      }
      return after;
    }
    case "VariableDeclaration":
      return declare(run, node, states);
    case "BlockStatement":
    case "StaticBlock":
    case "Program":
      return executeStatements(run, node.body, states);
    case "ReturnStatement":
      for (const state of states) {
        const flows: readonly Flow[] = node.argument ? run.evaluate(node.argument, state) : [{ value: unknown, state }];
        for (const given of flows) {
          const flow = node.argument && isWaitedForByReturn(node) ? waitFor(run, node.argument, given) : given;
          const left: State = { ...flow.state, leftAt: node };
          run.completions.returns.push(run.returned(flow.value, left, node));
        }
      }
      return new StateSet();
    case "ThrowStatement":
      for (const state of states) {
        for (const flow of run.evaluate(node.argument, state)) {
          if (semantics.canThrow(node, "throw", flow.value, flow.state)) run.raise(flow.state, node);
        }
      }
      return new StateSet();
    case "BreakStatement":
    case "ContinueStatement": {
      const jumps = node.type === "BreakStatement" ? run.completions.breaks : run.completions.continues;
      addTo(
        jumps,
        node.label?.name ?? unlabelled,
        [...states].map((state): State => ({ ...state, leftAt: node })),
      );
      return new StateSet();
    }
    case "IfStatement": {
      const { whenTrue, whenFalse } = branchAll(run, node.test, states);
      const after = new StateSet(executeStatements(run, [node.consequent], whenTrue));
      if (node.alternate) {
        after.addAll(executeStatements(run, [node.alternate], whenFalse));
        return after;
      }
      const ends = [...after];
      for (const state of whenFalse) after.add(withoutCallback(run, node.test, node.consequent, state, ends));
      return after;
    }
    case "LabeledStatement": {
      const name = node.label.name;
      const isLoop = /^(?:For|While|DoWhile)/.test(node.body.type) || node.body.type === "LabeledStatement";
      const after = new StateSet(executeStatement(run, node.body, states, isLoop ? [...labels, name] : []));
      after.addAll(take(run.completions.breaks, [name]));
      return after;
    }
    case "WhileStatement":
      return loop(run, labels, states, {
        test: (current) => branchAll(run, node.test, current),
        body: (current) => executeStatements(run, [node.body], current),
      });
    case "DoWhileStatement": {
      // The first turn runs untested; it starts in the same states as any other.
      return loop(run, labels, states, {
        body: (current) => executeStatements(run, [node.body], current),
        after: (current) => branchAll(run, node.test, current),
      });
    }
    case "ForStatement":
      return executeFor(run, node, states, labels);
    case "ForInStatement":
    case "ForOfStatement":
      return executeForOf(run, node, states, labels);
    case "SwitchStatement":
      return executeSwitch(run, node, states);
    case "TryStatement":
      return executeTry(run, node, states);
    case "WithStatement":
      return executeStatements(run, [node.body], run.evaluateAll(node.object, states));
    case "ClassDeclaration":
      return run.evaluateAll(node, states);
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      if (!node.declaration) return states;
      return /Declaration$/.test(node.declaration.type)
        ? executeStatement(run, node.declaration, states)
        : run.evaluateAll(node.declaration, states);
    case "TSExportAssignment":
      return run.evaluateAll(node.expression, states);
    default:
      // Declarations of functions, types and modules do nothing when they are reached.
      return states;
  }
}

function branchAll(
  run: Interpreter,
  test: TSESTree.Node,
  states: Iterable<State>,
): { readonly whenTrue: StateSet; readonly whenFalse: StateSet } {
  const whenTrue = new StateSet();
  const whenFalse = new StateSet();
  for (const state of states) {
    const split = branch(run, test, state);
    whenTrue.addAll(split.whenTrue);
    whenFalse.addAll(split.whenFalse);
  }
  return { whenTrue, whenFalse };
}

function declare(run: Interpreter, node: TSESTree.VariableDeclaration, states: StateSet): StateSet {
  return node.declarations.reduce((current, declarator) => declareOne(run, node, declarator, current), states);
}

function declareOne(
  run: Interpreter,
  node: TSESTree.VariableDeclaration,
  { id, init }: TSESTree.VariableDeclarator,
  states: StateSet,
): StateSet {
  // `let client;` in a loop: each turn begins anew.
  if (!init) return node.kind === "var" ? states : assignAll(run, id, { kind: "nullish" }, states, "declared");
  const declared = new StateSet();
  for (const state of states) {
    for (const flow of run.evaluate(init, state).flatMap((one) => splitCopy(run, id, init, one))) {
      for (const after of assignPattern(run, id, flow.value, flow.state, "declared")) declared.add(after);
    }
  }
  return declared;
}

function assignAll(
  run: Interpreter,
  pattern: TSESTree.Node,
  value: Value,
  states: Iterable<State>,
  how: Assignment,
): StateSet {
  const after = new StateSet();
  for (const state of states) for (const next of assignPattern(run, pattern, value, state, how)) after.add(next);
  return after;
}

interface LoopParts {
  /** Decides before each turn. */
  readonly test?: (states: StateSet) => { readonly whenTrue: StateSet; readonly whenFalse: StateSet };
  readonly body: (states: StateSet) => StateSet;
  /** The first turn is taken, whatever `test` says. */
  readonly hasFirstTurn?: boolean;
  /** Between the turns. */
  readonly update?: (states: StateSet) => StateSet;
  /** Decides after each turn. */
  readonly after?: (states: StateSet) => { readonly whenTrue: StateSet; readonly whenFalse: StateSet };
}

/** Lists with more elements than this are gone over as if nothing were known of them. */
const mostTurns = 8;

/** One turn of a loop: the states it ends in, by `continue` too, and those in which it breaks the loop off. */
function turnOnce(
  run: Interpreter,
  labels: readonly string[],
  body: () => StateSet,
): { readonly ended: StateSet; readonly broken: StateSet } {
  const { result, completions } = run.isolated(body);
  const ended = new StateSet(result);
  const broken = take(completions.breaks, [unlabelled]);
  ended.addAll(take(completions.continues, [unlabelled, ...labels]));
  forward(run, completions, (some) => new StateSet(some));
  return { ended, broken };
}

function loop(run: Interpreter, labels: readonly string[], states: StateSet, parts: LoopParts): StateSet {
  // What was handed over before the loop says nothing of what the loop does.
  const before = [...states].filter((state) => state.status === "escaped");
  const others = [...states].filter((state) => state.status !== "escaped");
  if (before.length === 0 || others.length === 0) return turnToEnd(run, labels, states, parts);
  const after = turnToEnd(run, labels, new StateSet(others), parts);
  after.addAll(turnToEnd(run, labels, new StateSet(before), parts));
  return after;
}

/** To a fixed point: the states that begin a turn only grow, and there are finitely many. */
function turnToEnd(run: Interpreter, labels: readonly string[], states: StateSet, parts: LoopParts): StateSet {
  const begun = new StateSet(parts.hasFirstTurn ? [] : states);
  const left = new StateSet();
  const untaken = new StateSet();
  let handsOver = false;
  let fresh = new StateSet(states);
  for (let turn = 0; !fresh.isEmpty; turn++) {
    let turning = fresh;
    if (parts.test) {
      const { whenTrue, whenFalse } = parts.test(fresh);
      if (turn > 0) left.addAll(whenFalse);
      else if (!parts.hasFirstTurn) untaken.addAll(whenFalse);
      turning = whenTrue;
    }
    const { ended, broken } = turnOnce(run, labels, () => parts.body(turning));
    left.addAll(broken);
    handsOver ||= [...ended].some((state) => state.status === "escaped");
    let next = parts.update ? parts.update(ended) : ended;
    if (parts.after) {
      const { whenTrue, whenFalse } = parts.after(next);
      left.addAll(whenFalse);
      next = whenTrue;
    }
    fresh = new StateSet();
    for (const state of next) if (begun.add(state)) fresh.add(state);
  }
  const { semantics } = run;
  const passedBy = handsOver && semantics.passedBy ? [...untaken].map((state) => semantics.passedBy!(state)) : untaken;
  return new StateSet([...passedBy, ...left]);
}

function executeFor(
  run: Interpreter,
  node: TSESTree.ForStatement,
  states: StateSet,
  labels: readonly string[],
): StateSet {
  const { init, test, update } = node;
  const turns = (begun: StateSet): StateSet =>
    loop(run, labels, begun, {
      test: test
        ? (current) => branchAll(run, test, current)
        : (current) => ({ whenTrue: current, whenFalse: new StateSet() }),
      body: (current) => executeStatements(run, [node.body], current),
      ...(update ? { update: (current: StateSet) => run.evaluateAll(update, current) } : {}),
    });
  if (init?.type !== "VariableDeclaration") return turns(init ? run.evaluateAll(init, states) : states);
  return isUsing(init) ? declareUsing(run, init, states, turns) : turns(declare(run, init, states));
}

function executeForOf(
  run: Interpreter,
  node: TSESTree.ForOfStatement | TSESTree.ForInStatement,
  states: StateSet,
  labels: readonly string[],
): StateSet {
  const { left } = node;
  const isAsync = node.type === "ForOfStatement" && node.await;
  const how = left.type === "VariableDeclaration" ? "declared" : "assigned";
  const pattern = left.type === "VariableDeclaration" ? left.declarations[0]?.id : left;
  const step = (current: StateSet): void => {
    for (const state of current) {
      if (isAsync && run.semantics.canThrow(node, "iterate", unknown, state)) run.raise(state, node);
    }
  };
  const turn = (current: StateSet, value: Value): StateSet => {
    const bound = pattern ? assignAll(run, pattern, value, current, how) : current;
    if (pattern && left.type === "VariableDeclaration" && isUsing(left) && node.type === "ForOfStatement") {
      return withDisposal(run, node, pattern, () => executeStatements(run, [node.body], bound));
    }
    return executeStatements(run, [node.body], bound);
  };

  const begun = new StateSet();
  const after = new StateSet();
  for (const state of states) {
    for (const flow of run.evaluate(node.right, state)) {
      const { value } = flow;
      const elements = node.type === "ForOfStatement" ? elementsOf(value, node.right) : undefined;
      if (!elements || elements.length > mostTurns) {
        begun.add(flow.state);
        continue;
      }
      let current = new StateSet([flow.state]);
      for (const element of elements) {
        step(current);
        const { ended, broken } = turnOnce(run, labels, () => turn(current, element));
        after.addAll(broken);
        current = ended;
      }
      step(current);
      after.addAll(current);
    }
  }
  const turned = loop(run, labels, begun, {
    test: (current) => {
      step(current);
      return { whenTrue: current, whenFalse: current };
    },
    body: (current) => turn(current, unknown),
    hasFirstTurn: node.type === "ForOfStatement" && isFilled(node.right),
  });
  after.addAll(turned);
  return after;
}

/** What a loop goes over, one turn each: a list of which something is known, or one that is written with one element. */
function elementsOf(value: Value, node: TSESTree.Node): readonly Value[] | undefined {
  if (value.kind === "array") return value.elements;
  return node.type === "ArrayExpression" && node.elements.length === 1 && isFilled(node) ? [unknown] : undefined;
}

/** `[a, b]`, `["users", "orders"]`: a loop over it has a turn. */
function isFilled(node: TSESTree.Node): boolean {
  return node.type === "ArrayExpression" && node.elements.some((element) => element?.type !== "SpreadElement");
}

function executeSwitch(run: Interpreter, node: TSESTree.SwitchStatement, states: StateSet): StateSet {
  let untested = run.evaluateAll(node.discriminant, states);
  const entries = node.cases.map((clause) => {
    if (clause.test) untested = run.evaluateAll(clause.test, untested);
    return untested;
  });
  const hasDefault = node.cases.some((clause) => !clause.test);
  const { result, completions } = run.isolated(() => {
    let current = new StateSet();
    for (const [index, clause] of node.cases.entries()) {
      // `default` is entered when every test has been made and failed.
      current.addAll(clause.test ? entries[index]! : untested);
      current = new StateSet(executeStatements(run, clause.consequent, current));
    }
    return current;
  });
  const after = new StateSet(result);
  after.addAll(take(completions.breaks, [unlabelled]));
  if (!hasDefault) after.addAll(untested);
  forward(run, completions, (inner) => new StateSet(inner));
  return after;
}

function executeTry(run: Interpreter, node: TSESTree.TryStatement, states: StateSet): StateSet {
  const { handler, finalizer } = node;
  const { result, completions } = run.isolated(() => {
    const inner = run.isolated(() => executeStatements(run, node.block.body, states));
    if (!handler) {
      forward(run, inner.completions, (some) => new StateSet(some));
      return inner.result;
    }
    forward(run, { ...inner.completions, throws: noCompletions().throws }, (some) => new StateSet(some));
    const caught = handler.param
      ? assignAll(run, handler.param, { kind: "truthy" }, inner.completions.throws, "declared")
      : inner.completions.throws;
    const after = new StateSet(inner.result);
    after.addAll(executeStatements(run, handler.body.body, caught));
    return after;
  });
  if (!finalizer) {
    forward(run, completions, (some) => new StateSet(some));
    return result;
  }
  const finish = (some: Iterable<State>): StateSet => executeStatements(run, finalizer.body, new StateSet(some));
  forward(run, completions, finish);
  return finish(result);
}

/** An async generator waits for what it returns, inside the `try` that the `return` stands in. */
function isWaitedForByReturn(node: TSESTree.ReturnStatement): boolean {
  if (node.argument?.type !== "CallExpression") return false;
  const owner = functionAround(node);
  return owner !== undefined && owner.async && owner.generator;
}
