import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import type { Entity } from "./entity.js";
import type { DescribedModule, LibraryIndex } from "./library-index.js";
import type { ResolvedCall } from "./resolver.js";
import type { Told, ToldNode } from "./told.js";

/** What of a parsed file is needed; a host's `SourceCode` has it. */
export interface FileSource {
  readonly ast: TSESTree.Program;
  readonly scopeManager: Scope.ScopeManager | null;
  readonly visitorKeys: Readonly<Record<string, readonly string[] | undefined>>;
  readonly text: string;
  readonly parserServices?: unknown;
}

/** `X` in `interface I extends X`, `class C implements X`. */
export type Heritage = TSESTree.TSInterfaceHeritage | TSESTree.TSClassImplements;

/** Keeps the answer to a question of one kind about a key; cycles and endless depth end in `undefined`. */
export type Memo = <Answer>(kind: string, key: object, answer: () => Answer | undefined) => Answer | undefined;

/** One file under inference. Every question is answered once and remembered. */
export interface ResolvedFile {
  readonly source: FileSource;
  readonly index: LibraryIndex;
  readonly memo: Memo;
  evaluate(node: TSESTree.Node | null | undefined): Entity | undefined;
  evaluateVariable(variable: Scope.Variable): Entity | undefined;
  evaluateType(node: TSESTree.TypeNode | null | undefined): Entity | undefined;
  /** What is matched against a pattern: a parameter, a part of a destructuring. */
  evaluatePattern(node: TSESTree.Node): Entity | undefined;
  evaluateHeritage(heritage: Heritage): Entity | undefined;
  evaluateJsDoc(node: TSESTree.Node): Entity | undefined;
  evaluateExportedType(name: string): Entity | undefined;
  /** What calling an entity gives, whatever the arguments. */
  evaluateResult(entity: Entity): Entity | undefined;
  /** What `new` makes of an entity. */
  evaluateInstance(entity: Entity): Entity | undefined;
  evaluateMember(entity: Entity, name: string): Entity | undefined;
  callAt(node: TSESTree.CallExpression | TSESTree.NewExpression): ResolvedCall | undefined;
  toldAt(node: TSESTree.CallExpression | TSESTree.NewExpression): Told | undefined;
  /** What tags and settings within reach speak of, by name; empty where there are none. */
  readonly namesTold: ReadonlySet<string>;
  /** What the settings say of a module. */
  findAnnotated(specifier: string): ToldNode | undefined;
  variableOf(identifier: TSESTree.Node): Scope.Variable | undefined;
  variablesDeclaredBy(declaration: TSESTree.VariableDeclaration): Scope.Variable[];
  /**
   * The file of the project that a specifier leads to, where it may be followed.
   * @param unseen also one that cannot hold anything of a library itself
   */
  findFile(specifier: string, unseen?: boolean): ResolvedFile | undefined;
  /** Some import leads to a file that may hold something of a library. */
  readonly importsMuch: boolean;
  /** The library whose own sources a specifier leads to, where a library's repository is what is linted. */
  findSources(specifier: string): DescribedModule | undefined;
}
