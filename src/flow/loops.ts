import type { TSESTree } from "@typescript-eslint/utils";
import { branchAll, type Branches } from "./conditions.js";
import { assignAll, declare, declareUsing, isUsing, withDisposal } from "./declarations.js";
import type { Interpreter } from "./interpreter.js";
import { forward, take, unlabelled } from "./jumps.js";
import { StateSet } from "./states.js";
import { unknown, type Value } from "./values.js";

type Body = (states: StateSet) => StateSet;

interface LoopParts {
  /** Decides before each turn. */
  readonly test?: (states: StateSet) => Branches;
  readonly body: Body;
  /** The first turn is taken, whatever `test` says. */
  readonly hasFirstTurn?: boolean;
  /** Between the turns. */
  readonly update?: (states: StateSet) => StateSet;
  /** Decides after each turn. */
  readonly after?: (states: StateSet) => Branches;
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

export function loop(run: Interpreter, labels: readonly string[], states: StateSet, parts: LoopParts): StateSet {
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

export function executeFor(
  run: Interpreter,
  node: TSESTree.ForStatement,
  states: StateSet,
  labels: readonly string[],
  body: Body,
): StateSet {
  const { init, test, update } = node;
  const turns = (begun: StateSet): StateSet =>
    loop(run, labels, begun, {
      test: test
        ? (current) => branchAll(run, test, current)
        : (current) => ({ whenTrue: current, whenFalse: new StateSet() }),
      body,
      ...(update ? { update: (current: StateSet) => run.evaluateAll(update, current) } : {}),
    });
  if (init?.type !== "VariableDeclaration") return turns(init ? run.evaluateAll(init, states) : states);
  return isUsing(init) ? declareUsing(run, init, states, turns) : turns(declare(run, init, states));
}

export function executeForOf(
  run: Interpreter,
  node: TSESTree.ForOfStatement | TSESTree.ForInStatement,
  states: StateSet,
  labels: readonly string[],
  body: Body,
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
      return withDisposal(run, node, pattern, () => body(bound));
    }
    return body(bound);
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
