import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";

/** Which variable each identifier of a file names, declarations included. */
export class IdentifierBindings {
  readonly #scopes: readonly Scope.Scope[];
  /** By name, what is declared below the global scope: that one has thousands of its own, and finds them by itself. */
  #declared: ReadonlyMap<string, readonly Scope.Variable[]> | undefined;
  /** Only the identifiers of names that were asked for: most never are. */
  readonly #variables = new Map<TSESTree.Node, Scope.Variable>();
  readonly #bound = new Set<string>();

  constructor(scopeManager: Scope.ScopeManager | null) {
    this.#scopes = scopeManager?.scopes ?? [];
  }

  variableOf(identifier: TSESTree.Node): Scope.Variable | undefined {
    if (identifier.type !== "Identifier" && identifier.type !== "JSXIdentifier") return undefined;
    if (!this.#bound.has(identifier.name)) this.#bind(identifier.name);
    return this.#variables.get(identifier);
  }

  #bind(name: string): void {
    this.#bound.add(name);
    this.#declared ??= variablesByName(this.#scopes.slice(1));
    const global = this.#scopes[0]?.set.get(name);
    const variables = this.#declared.get(name) ?? [];
    for (const variable of global ? [global, ...variables] : variables) {
      for (const { identifier } of variable.references) this.#variables.set(identifier, variable);
      // A class's name is declared twice, outside and inside of it; both lead to the class.
      for (const identifier of variable.identifiers) this.#variables.set(identifier, variable);
    }
  }
}

function variablesByName(scopes: readonly Scope.Scope[]): ReadonlyMap<string, readonly Scope.Variable[]> {
  const variables = new Map<string, Scope.Variable[]>();
  for (const scope of scopes) {
    for (const variable of scope.variables) {
      const others = variables.get(variable.name);
      if (others) others.push(variable);
      else variables.set(variable.name, [variable]);
    }
  }
  return variables;
}

/** Whether the file itself declares what `identifier` names (globals have no declaration). */
export function isDeclared(variable: Scope.Variable | undefined): boolean {
  return variable !== undefined && variable.defs.length > 0;
}
