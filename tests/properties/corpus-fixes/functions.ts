import ts from "typescript";

export type FunctionNode = ts.FunctionLikeDeclaration & { readonly body: ts.ConciseBody };

/** The function that an edit changes, before and after. */
export interface Pair {
  readonly before: FunctionNode;
  readonly after: FunctionNode;
}

export function parse(text: string, filename: string): ts.SourceFile {
  const kind = /\.[cm]?ts$/.test(filename) ? ts.ScriptKind.TS : ts.ScriptKind.TSX;
  return ts.createSourceFile(filename, text, ts.ScriptTarget.ESNext, true, kind);
}

function isFunctionWithBody(node: ts.Node): node is FunctionNode {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

/** The nearest function round `range` outside which an edit changes nothing but imports. */
export function findPair(
  before: ts.SourceFile,
  after: ts.SourceFile,
  [start, end]: readonly [number, number],
): Pair | undefined {
  const candidates = functionsOf(before)
    .filter((node) => node.getStart() <= start && node.end >= end)
    .sort((left, right) => left.end - left.getStart() - (right.end - right.getStart()));
  const others = functionsOf(after);
  for (const node of candidates) {
    const fromEnd = before.text.length - node.end;
    const suffix = before.text.slice(node.end);
    if (!after.text.endsWith(suffix)) continue;
    const found = others.find(
      (other) =>
        other.kind === node.kind &&
        after.text.length - other.end === fromEnd &&
        isInsertion(before.text.slice(0, node.getStart()), after.text.slice(0, other.getStart())),
    );
    if (found) return { before: node, after: found };
  }
  return undefined;
}

function isInsertion(shorter: string, longer: string): boolean {
  let [prefix, suffix] = [0, 0];
  while (prefix < shorter.length && shorter[prefix] === longer[prefix]) prefix++;
  while (suffix < shorter.length && shorter.at(-1 - suffix) === longer.at(-1 - suffix)) suffix++;
  return longer.length - shorter.length < 120 && prefix + suffix >= shorter.length;
}

function functionsOf(file: ts.SourceFile): FunctionNode[] {
  const found: FunctionNode[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunctionWithBody(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
