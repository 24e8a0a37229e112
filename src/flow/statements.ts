import type { TSESTree } from "@typescript-eslint/utils";
import { functionAround } from "../syntax-tree.js";
import { branchAll } from "./conditions.js";
import { assignAll, declare, declareUsing, isUsing } from "./declarations.js";
import { waitFor } from "./expressions.js";
import { noCompletions, type Interpreter } from "./interpreter.js";
import { addTo, forward, take, unlabelled } from "./jumps.js";
import { executeFor, executeForOf, loop } from "./loops.js";
import { withoutCallback } from "./optional-callbacks.js";
import { StateSet, type Flow, type State } from "./states.js";
import { unknown } from "./values.js";

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
        body: turnOf(run, node),
      });
    case "DoWhileStatement": {
      // The first turn runs untested; it starts in the same states as any other.
      return loop(run, labels, states, {
        body: turnOf(run, node),
        after: (current) => branchAll(run, node.test, current),
      });
    }
    case "ForStatement":
      return executeFor(run, node, states, labels, turnOf(run, node));
    case "ForInStatement":
    case "ForOfStatement":
      return executeForOf(run, node, states, labels, turnOf(run, node));
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

/** The body of a loop. */
function turnOf(run: Interpreter, { body }: { readonly body: TSESTree.Statement }): (states: StateSet) => StateSet {
  return (states) => executeStatements(run, [body], states);
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
