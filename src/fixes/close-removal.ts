import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { findCloseSite, type CloseSite } from "./close-site.js";
import { contains, isFunction, isPure } from "./syntax.js";
import type { TextPlan } from "./text-plan.js";
import { finalizerComments, mayKeepComments, removeTryParts } from "./try-removal.js";

type Node = TSESTree.Node;

/** What has to go from a `try` statement because nothing is left of it. */
export interface TryParts {
  handler: boolean;
  finalizer: boolean;
}

/**
 * Takes closes out of the code, and what is left empty by that: an `if`, a block, a `finally`, a `try`. All of them or none:
 * `undefined` where one stands in a place that cannot do without it.
 */
export class CloseRemoval {
  readonly #sourceCode: Readonly<SourceCode>;
  readonly #removed = new Set<Node>();
  readonly #elses = new Set<TSESTree.IfStatement>();
  readonly #tries = new Map<TSESTree.TryStatement, TryParts>();
  readonly #sites: CloseSite[] = [];

  private constructor(sourceCode: Readonly<SourceCode>) {
    this.#sourceCode = sourceCode;
  }

  static of(sourceCode: Readonly<SourceCode>, closes: readonly Node[]): CloseRemoval | undefined {
    const removal = new CloseRemoval(sourceCode);
    return closes.every((close) => removal.#add(close)) ? removal : undefined;
  }

  /** It goes, or is in what goes. */
  isRemoved(node: Node): boolean {
    for (let current: Node | undefined = node; current; current = current.parent) {
      if (this.#removed.has(current)) return true;
      if (this.#sites.some((site) => site.node === current && isCutWith(site, node))) return true;
    }
    return false;
  }

  /** Neither handler nor finalizer is left of the `try`: its body moves out. */
  dissolves(statement: TSESTree.TryStatement): boolean {
    const parts = this.#tries.get(statement);
    return parts !== undefined && (!statement.handler || parts.handler) && (!statement.finalizer || parts.finalizer);
  }

  apply(plan: TextPlan): void {
    for (const site of this.#sites) if (site.kind !== "statement") this.#applySite(plan, site);
    for (const node of this.#removed) {
      if (!this.#isInside(node)) plan.deleteWithLines(node.range[0], this.#endOf(node));
    }
    for (const statement of this.#elses) {
      if (!this.isRemoved(statement)) plan.delete(statement.consequent.range[1], statement.alternate!.range[1]);
    }
    for (const [statement, parts] of this.#tries) {
      if (!this.isRemoved(statement)) removeTryParts(this.#sourceCode, plan, statement, parts);
    }
  }

  #add(close: Node): boolean {
    const site = findCloseSite(close);
    if (!site) return false;
    this.#sites.push(site);
    switch (site.kind) {
      case "statement":
        return this.#remove(site.node);
      case "return":
        return !isLastOfFunction(site.node) || this.#remove(site.node);
      case "link":
        return !this.#hasComments(site.before.range[1], site.node.range[1]);
      case "element":
        return !this.#hasComments(site.node.range[0], site.node.range[1]);
    }
  }

  #applySite(plan: TextPlan, site: CloseSite): void {
    if (this.#removed.has(site.node)) return;
    if (site.kind === "return") plan.delete(site.node.range[0] + "return".length, site.node.argument!.range[1]);
    else if (site.kind === "link") plan.delete(site.before.range[1], site.node.range[1]);
    else if (site.kind === "element") {
      const before = this.#sourceCode.getTokenBefore(site.node)!;
      const after = this.#sourceCode.getTokenAfter(site.node)!;
      if (before.value === ",") plan.delete(before.range[0], site.node.range[1]);
      else plan.delete(site.node.range[0], this.#sourceCode.getTokenAfter(after)!.range[0]);
    }
  }

  #remove(statement: Node): boolean {
    if (this.#removed.has(statement)) return true;
    if (this.#wouldJoinNeighbours(statement)) return false;
    const { parent } = statement;
    switch (parent?.type) {
      case "BlockStatement":
        this.#removed.add(statement);
        if (isFinalizer(parent) && parent.body.every((child) => this.#removed.has(child)))
          return this.#removeFinalizer(parent.parent);
        return !this.#isEmptied(parent) || this.#removeEmptied(parent);
      case "Program":
      case "StaticBlock":
      case "SwitchCase":
        this.#removed.add(statement);
        return true;
      case "IfStatement":
        return this.#removeBranch(parent, statement);
      default:
        return false;
    }
  }

  #removeBranch(statement: TSESTree.IfStatement, branch: Node): boolean {
    if (statement.alternate === branch) {
      if (this.#hasComments(statement.consequent.range[1], branch.range[1])) return false;
      this.#elses.add(statement);
      return true;
    }
    if (statement.alternate || !isPure(statement.test)) return false;
    return this.#remove(statement);
  }

  /** An emptied block that has to stay stays as `{}`. */
  #removeEmptied(block: TSESTree.BlockStatement): boolean {
    const { parent } = block;
    switch (parent.type) {
      case "TryStatement":
        return this.#removeTry(parent);
      case "IfStatement":
        if (this.#hasComments(parent.range[0], block.range[1]) || this.#wouldJoinNeighbours(parent)) return true;
        return this.#removeBranch(parent, block) || true;
      case "BlockStatement":
        return this.#remove(block);
      default:
        return true;
    }
  }

  #removeFinalizer(statement: TSESTree.TryStatement): boolean {
    const comments = finalizerComments(this.#sourceCode, statement);
    const isWhole = this.#isEmptied(statement.block);
    if (comments.length > 0 && (isWhole || !mayKeepComments(this.#sourceCode, statement))) return true;
    this.#partsOf(statement).finalizer = true;
    return !isWhole || this.#removeTry(statement);
  }

  /** A `try` with nothing in it: its handler cannot run. */
  #removeTry(statement: TSESTree.TryStatement): boolean {
    const keepsFinalizer = statement.finalizer && !this.#tries.get(statement)?.finalizer;
    if (keepsFinalizer) return true;
    if (statement.handler && this.#hasComments(statement.handler.range[0], statement.handler.range[1])) return false;
    return this.#remove(statement);
  }

  /** `catch (error) { throw error; }` does nothing. */
  dropRethrows(): this {
    const clauses = [...this.#tries].flatMap(([{ handler }, parts]) => (handler && parts.finalizer ? [handler] : []));
    for (const { parent } of this.#removed) {
      if (parent?.type === "BlockStatement" && parent.parent.type === "CatchClause") clauses.push(parent.parent);
    }
    for (const clause of clauses) {
      const { body } = clause;
      const [rest, ...others] = body.body.filter((statement) => !this.#removed.has(statement));
      if (others.length > 0 || rest?.type !== "ThrowStatement" || clause.param?.type !== "Identifier") continue;
      if (rest.argument.type !== "Identifier" || rest.argument.name !== clause.param.name) continue;
      if (this.#hasComments(clause.range[0], clause.range[1])) continue;
      this.#partsOf(clause.parent).handler = true;
    }
    return this;
  }

  #partsOf(statement: TSESTree.TryStatement): TryParts {
    let parts = this.#tries.get(statement);
    if (!parts) this.#tries.set(statement, (parts = { handler: false, finalizer: false }));
    return parts;
  }

  #isEmptied(block: TSESTree.BlockStatement): boolean {
    return block.body.every((statement) => this.#removed.has(statement)) && !this.#hasComments(...block.range);
  }

  #hasComments(start: number, end: number): boolean {
    return this.#sourceCode.getAllComments().some(({ range }) => range[0] >= start && range[1] <= end);
  }

  #isInside(node: Node): boolean {
    return node.parent !== undefined && this.isRemoved(node.parent);
  }

  /** Its end, but for a semicolon that stands before the next statement: `close()\n;[1].map(f)`. */
  #endOf(statement: Node): number {
    const last = this.#sourceCode.getLastToken(statement);
    const before = last && this.#sourceCode.getTokenBefore(last);
    return last?.value === ";" && before && before.loc.end.line < last.loc.start.line
      ? before.range[1]
      : statement.range[1];
  }

  /** Without semicolons, the statement may be what keeps its neighbours apart. */
  #wouldJoinNeighbours(statement: Node): boolean {
    const before = this.#sourceCode.getTokenBefore(statement);
    const after = this.#sourceCode.getTokenAfter(statement);
    if (this.#endOf(statement) !== statement.range[1]) return false;
    if (!before || !after || /^[;{}:]$/u.test(before.value)) return false;
    return /^(?:[([/+\-*,.`]|\+\+|--)/u.test(after.value);
  }
}

function isFinalizer(
  block: TSESTree.BlockStatement,
): block is TSESTree.BlockStatement & { readonly parent: TSESTree.TryStatement } {
  return block.parent.type === "TryStatement" && block.parent.finalizer === block;
}

function isLastOfFunction(statement: Node): boolean {
  const block = statement.parent;
  return block?.type === "BlockStatement" && isFunction(block.parent) && block.body.at(-1) === statement;
}

/** Of a `return` its keyword stays, of a chain what stands before the link. */
function isCutWith(site: CloseSite, node: Node): boolean {
  return site.kind === "link" ? !contains(site.before, node) : site.kind !== "return";
}
