import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";

/** Which variable each identifier of a file names, declarations included. */
export function bindIdentifiers(scopeManager: Scope.ScopeManager | null): Map<TSESTree.Node, Scope.Variable> {
  const variables = new Map<TSESTree.Node, Scope.Variable>();
  for (const scope of scopeManager?.scopes ?? []) {
    for (const reference of scope.references) {
      if (reference.resolved) variables.set(reference.identifier, reference.resolved);
    }
    // A class's name is declared twice, outside and inside of it; both lead to the class.
    for (const variable of scope.variables) {
      for (const identifier of variable.identifiers) variables.set(identifier, variable);
    }
  }
  return variables;
}

/** Whether the file itself declares what `identifier` names (globals have no declaration). */
export function isDeclared(variable: Scope.Variable | undefined): boolean {
  return variable !== undefined && variable.defs.length > 0;
}
