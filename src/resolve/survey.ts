import type { TSESTree } from "@typescript-eslint/utils";
import type { RuleListener } from "@typescript-eslint/utils/ts-eslint";
import type { FileSource } from "./resolved-file.js";

export type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** What the analysis looks for all over a file, in the order of the source. */
export interface Survey {
  readonly calls: readonly Call[];
  readonly usings: readonly TSESTree.VariableDeclaration[];
  /** `this.x = …` */
  readonly writesToThis: readonly TSESTree.AssignmentExpression[];
}

const surveys = new WeakMap<TSESTree.Program, Survey>();
const begun = new WeakSet<TSESTree.Program>();

/**
 * Listeners that do `work` at the end of a file. What is looked for all over it is collected on the host's own way through
 * the tree, once for all rules: a walk of one's own costs more than all that is concluded from most files.
 */
export function atEndOf(ast: TSESTree.Program, work: () => void): RuleListener {
  if (surveys.has(ast) || begun.has(ast)) return { "Program:exit": work };
  begun.add(ast);
  const survey = emptySurvey();
  const collect = (node: TSESTree.Node): void => note(survey, node);
  return {
    CallExpression: collect,
    NewExpression: collect,
    VariableDeclaration: collect,
    AssignmentExpression: collect,
    "Program:exit"() {
      surveys.set(ast, survey);
      work();
    },
  };
}

/** One walk over the whole tree for everybody who needs one, where no host has walked it. */
export function surveyOf({ ast, visitorKeys }: Pick<FileSource, "ast" | "visitorKeys">): Survey {
  let survey = surveys.get(ast);
  if (survey === undefined) surveys.set(ast, (survey = walk(ast, visitorKeys)));
  return survey;
}

const withoutCode = new Set(["ImportDeclaration", "TSInterfaceDeclaration", "TSTypeAliasDeclaration"]);
const leaves = new Set([...withoutCode, "Identifier", "Literal", "ThisExpression"]);
const typeKeys = new Set(["typeAnnotation", "returnType", "typeParameters", "typeArguments", "superTypeArguments"]);

function emptySurvey() {
  return {
    calls: [] as Call[],
    usings: [] as TSESTree.VariableDeclaration[],
    writesToThis: [] as TSESTree.AssignmentExpression[],
  } satisfies Survey;
}

function note(survey: ReturnType<typeof emptySurvey>, node: TSESTree.Node): void {
  switch (node.type) {
    case "CallExpression":
    case "NewExpression":
      survey.calls.push(node);
      break;
    case "VariableDeclaration":
      if (node.kind === "using" || node.kind === "await using") survey.usings.push(node);
      break;
    case "AssignmentExpression":
      if (node.left.type === "MemberExpression" && node.left.object.type === "ThisExpression")
        survey.writesToThis.push(node);
      break;
  }
}

function walk(ast: TSESTree.Program, visitorKeys: FileSource["visitorKeys"]): Survey {
  const survey = emptySurvey();
  for (const node of codeIn({ ast, visitorKeys }, leaves)) note(survey, node);
  return survey;
}

/** All nodes of a file that may be evaluated, in the order of the source; those of the types that are `left` out with all below them. */
export function* codeIn(
  { ast, visitorKeys }: Pick<FileSource, "ast" | "visitorKeys">,
  left: ReadonlySet<string> = withoutCode,
): Generator<TSESTree.Node> {
  const keysByType = codeKeysOf(visitorKeys);
  const waiting: TSESTree.Node[] = [ast];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    for (const key of keysByType.get(node.type) ?? []) {
      const value = (node as unknown as Record<string, unknown>)[key];
      if (Array.isArray(value)) {
        for (let index = value.length - 1; index >= 0; index--) add(value[index], waiting, left);
      } else add(value, waiting, left);
    }
  }
}

const codeKeys = new WeakMap<FileSource["visitorKeys"], ReadonlyMap<string, readonly string[]>>();

/** The keys of each type under which code may stand, the last first; a parser has one list for all files. */
function codeKeysOf(visitorKeys: FileSource["visitorKeys"]): ReadonlyMap<string, readonly string[]> {
  let known = codeKeys.get(visitorKeys);
  if (known === undefined) {
    known = new Map(
      Object.entries(visitorKeys).map(([type, keys = []]) => [
        type,
        keys.filter((key) => !typeKeys.has(key)).reverse(),
      ]),
    );
    codeKeys.set(visitorKeys, known);
  }
  return known;
}

function add(value: unknown, waiting: TSESTree.Node[], left: ReadonlySet<string>): void {
  const type = (value as { readonly type?: unknown } | null | undefined)?.type;
  if (typeof type === "string" && !left.has(type)) waiting.push(value as TSESTree.Node);
}
