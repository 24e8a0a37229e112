import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import type { Place } from "../flow/states.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import type { FileSource } from "../resolve/resolved-file.js";
import { codeIn } from "../resolve/survey.js";
import { findQuestions, type Questions } from "./questions.js";
import { bare, isFunction, isInside, memberChain, rootOf, type Owner } from "./syntax.js";

class MemberPlace {
  readonly root: Scope.Variable | undefined;
  constructor(root: Scope.Variable | undefined) {
    this.root = root;
  }
}

type CodeSource = Pick<FileSource, "ast" | "scopeManager" | "visitorKeys">;

/** The places of one file: its variables, and chains of members that are read and written as a whole. */
export class Places {
  readonly #resolver: Resolver;
  readonly #scopes: Scope.ScopeManager | null;
  readonly #chains = new Map<Scope.Variable | undefined, Map<string, MemberPlace>>();

  /** Each node is asked for in every state that it is evaluated in. */
  readonly #known = new Map<TSESTree.Node, Place | null>();
  readonly #decides = new WeakSet<Place>();
  readonly #outside = new Map<FunctionNode, readonly Scope.Variable[]>();
  #questions: Questions | undefined;
  readonly #source: CodeSource;

  constructor(resolver: Resolver, source: CodeSource) {
    this.#resolver = resolver;
    this.#scopes = source.scopeManager;
    this.#source = source;
  }

  placeOf(node: TSESTree.Node): Place | undefined {
    const known = this.#known.get(node);
    if (known !== undefined) return known ?? undefined;
    const place = this.#findPlace(node);
    this.#known.set(node, place ?? null);
    return place;
  }

  #findPlace(node: TSESTree.Node): Place | undefined {
    if (node.type === "Identifier") return this.#resolver.variableOf(node);
    const chain = memberChain(node);
    if (!chain || chain.path === "")
      return chain?.root.type === "Identifier" ? this.#resolver.variableOf(chain.root) : undefined;
    const root = chain.root.type === "Identifier" ? this.#resolver.variableOf(chain.root) : undefined;
    if (chain.root.type === "Identifier" && !root) return undefined;
    let paths = this.#chains.get(root);
    if (!paths) this.#chains.set(root, (paths = new Map<string, MemberPlace>()));
    let place = paths.get(chain.path);
    if (!place) paths.set(chain.path, (place = new MemberPlace(root)));
    return place;
  }

  /** Whether a condition of the file asks for the place. */
  isAsked(place: Place): boolean {
    return this.#allQuestions().about.has(place);
  }

  /** Whether more than one does, or one of what the place is copied to. */
  isAskedAgain(place: Place): boolean {
    const { about, ofCopies } = this.#allQuestions();
    const count = (about.get(place) ?? 0) + (ofCopies.has(place) ? 1 : 0);
    return count > (this.#decides.has(place) ? 0 : 1);
  }

  /** Notes that what a called function does depends on the value of the place. */
  decides(place: Place): void {
    this.#decides.add(place);
  }

  #allQuestions(): Questions {
    return (this.#questions ??= findQuestions(codeIn(this.#source), this));
  }

  /** Whether the variable dies with `owner`; one of another file does unless it is that module's own. */
  isLocal(place: Place, owner: Owner): boolean {
    if (place instanceof MemberPlace) return false;
    const block = (place as Scope.Variable).scope.block as TSESTree.Node;
    if (rootOf(block) !== rootOf(owner)) return block.type !== "Program";
    return isInside(block, owner) || !isInside(owner, block);
  }

  isVariable(place: Place): place is Scope.Variable {
    return !(place instanceof MemberPlace);
  }

  isMemberOf(place: Place, root: Place): boolean {
    return place instanceof MemberPlace && place.root !== undefined && place.root === root;
  }

  belongsTo(place: Place, node: FunctionNode): boolean {
    if (place instanceof MemberPlace) return place.root !== undefined && this.belongsTo(place.root, node);
    const block = (place as Scope.Variable).scope.block as TSESTree.Node;
    return isInside(block, node) && rootOf(block) === rootOf(node);
  }

  /** Whether a function mentions one of the places from its outside, itself or in a function that it mentions. */
  captures(node: FunctionNode, places: Iterable<Place>): boolean {
    const wanted = new Set<unknown>();
    for (const place of places) wanted.add(place instanceof MemberPlace ? place.root : place);
    return wanted.size > 0 && this.#mentions(node, wanted, new Set([node]));
  }

  /** Whether a function gives one of the places a value, other than by an assignment of what is `same`. */
  changes(
    node: FunctionNode,
    places: Iterable<Place>,
    isSame: (written: TSESTree.Expression) => boolean = () => false,
  ): boolean {
    const wanted = new Set<unknown>(places);
    const written = this.#namesFromOutside(node).filter((variable) => wanted.has(variable));
    return written.some(({ references }) =>
      references.some((reference) => {
        if (!reference.isWrite() || !isInside(reference.identifier, node)) return false;
        const { parent } = reference.identifier as TSESTree.Identifier;
        const isPlain = parent.type === "AssignmentExpression" && parent.operator === "=";
        return !isPlain || parent.left !== reference.identifier || !isSame(parent.right);
      }),
    );
  }

  #mentions(node: FunctionNode, wanted: ReadonlySet<unknown>, seen: Set<FunctionNode>): boolean {
    return this.#namesFromOutside(node).some((variable) => {
      if (wanted.has(variable)) return true;
      const inner = functionOf(variable);
      return inner !== undefined && !seen.has(inner) && this.#mentions(inner, wanted, seen.add(inner));
    });
  }

  #namesFromOutside(node: FunctionNode): readonly Scope.Variable[] {
    let names = this.#outside.get(node);
    if (!names) {
      const scope = this.#scopes?.acquire(node) ?? null;
      const inner = scope?.type === "function-expression-name" ? (scope.childScopes[0] ?? scope) : scope;
      names = [...new Set(inner?.through.flatMap(({ resolved }) => resolved ?? []))];
      this.#outside.set(node, names);
    }
    return names;
  }
}

/** `function close() {}`, `const close = () => {}`. */
function functionOf({ defs }: Scope.Variable): FunctionNode | undefined {
  const [definition] = defs;
  if (defs.length !== 1 || !definition) return undefined;
  const node = definition.node as TSESTree.Node;
  if (node.type === "FunctionDeclaration") return node;
  const init = node.type === "VariableDeclarator" && node.parent.kind === "const" && node.init ? bare(node.init) : null;
  return isFunction(init) ? init : undefined;
}
