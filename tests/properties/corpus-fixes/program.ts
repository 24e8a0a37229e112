import ts from "typescript";
import type { FunctionNode } from "./functions.js";
import { instrumentWith, kitName, type Known } from "./instrument.js";
import type { Kit } from "./kit.js";
import { sliceOf } from "./slice.js";

/** Gives the function, made anew for each run. */
export type Program = (kit: Kit) => Made;

export interface Made {
  readonly target: (...args: unknown[]) => unknown;
  /** What the variables round it hold. */
  readonly outer: () => readonly unknown[];
}

/** The names that mean in the program what they always mean. */
const ownNames = new Set(
  (
    "undefined NaN Infinity arguments eval Object Array String Number Boolean Symbol BigInt Promise Map Set WeakMap WeakSet " +
    "Error TypeError RangeError SyntaxError AggregateError SuppressedError Math RegExp Reflect Proxy parseInt parseFloat " +
    "isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI Uint8Array ArrayBuffer Intl AsyncDisposableStack " +
    "DisposableStack __kit"
  ).split(" "),
);

/** Those that the kit gives, as they must know stand-ins or give the same in every run. */
const kitNames = new Set(["JSON", "Date"]);

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  jsx: ts.JsxEmit.React,
  experimentalDecorators: true,
  removeComments: true,
};

/** As for Node 20, which has no `await using` of its own. */
export function compile(target: FunctionNode, known: Known): Program {
  const file = target.getSourceFile();
  const leases = leaseNames(file);
  const reduce: ts.TransformerFactory<ts.SourceFile> = (context) => (source) => {
    const instrument = instrumentWith(known, source, context);
    const statements = sliceOf(find(source, target)).map((statement) => instrument(statement));
    return ts.factory.updateSourceFile(source, statements);
  };
  const { outputText } = ts.transpileModule(file.text, {
    fileName: file.fileName,
    compilerOptions,
    transformers: { before: [reduce] },
  });
  const names = [...namesIn(file)].filter((name) => !ownNames.has(name));
  const declared = names.map((name) => {
    if (leases.has(name)) return `let ${name} = ${kitName}.lease;`;
    if (kitNames.has(name)) return `let ${name} = ${kitName}.${name};`;
    return `let ${name} = ${kitName}.unknown(${JSON.stringify(name)});`;
  });
  const outer = `() => [${names.join()}]`;
  const made = `(() => { ${outputText.replace(/^export \{\};$/m, "")} })()`;
  const body = `"use strict"; ${declared.join(" ")}\nreturn { outer: ${outer}, target: ${made} };`;
  // The text is a function of the corpus, compiled for this Node, with stand-ins for all that it names.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function(kitName, body) as Program;
}

/** The same function in the tree that the compiler made anew. */
function find(source: ts.SourceFile, target: FunctionNode): FunctionNode {
  let found: FunctionNode | undefined;
  const visit = (node: ts.Node): void => {
    if (node.pos === target.pos && node.end === target.end && node.kind === target.kind) found = node as FunctionNode;
    else if (node.pos <= target.pos && node.end >= target.end) ts.forEachChild(node, visit);
  };
  setParents(source);
  visit(source);
  if (!found) throw new Error("the function is not there any more");
  return found;
}

function setParents(node: ts.Node): void {
  ts.forEachChild(node, (child) => {
    (child as { parent: ts.Node }).parent = node;
    setParents(child);
  });
}

/** Every name that might be of something outside: what the program declares itself hides it. */
function namesIn(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text !== "" && !isReserved(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (/\.[jt]sx$/.test(file.fileName)) names.add("React");
  return names;
}

function isReserved(name: ts.Identifier): boolean {
  const keyword = ts.identifierToKeywordKind(name);
  if (keyword === undefined) return false;
  return keyword <= ts.SyntaxKind.LastFutureReservedWord || keyword === ts.SyntaxKind.AwaitKeyword;
}

/** What the file calls `lease` of db-session. */
function leaseNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isSpecifier = ts.isImportSpecifier(node) || ts.isBindingElement(node);
    if (isSpecifier && (node.propertyName ?? node.name).getText(file) === "lease") {
      const statement = ts.findAncestor(node, (outer) => outer.parent === file);
      if (statement && /["']db-session["']/.test(statement.getText(file))) names.add(node.name.getText(file));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}
