import type { TSESTree } from "@typescript-eslint/utils";
import type { EngineCreation, Library, TypeDescription } from "../libraries/description.js";
import { type FileContext, fileResolver } from "../resolve/file-resolver.js";
import { readSettings } from "../settings.js";
import { Evaluator } from "./evaluate.js";
import { findPoolSettings, type Project, type SeenSettings } from "./pool-settings.js";
import { typedValues } from "./types.js";

export { canHoldSessions as canHoldEngines } from "../resolve/file-resolver.js";

export type CreationNode = TSESTree.CallExpression | TSESTree.NewExpression;

/** A call or `new` that makes an engine with a pool of its own. */
export interface Creation {
  readonly node: CreationNode;
  readonly library: Library;
  readonly description: EngineCreation;
  readonly engine: TypeDescription | undefined;
  readonly evaluator: Evaluator;
  readonly seen: SeenSettings;
}

/** The calls that may make one, by their looks. */
export function creationsIn(context: FileContext): readonly CreationNode[] {
  return fileResolver(context).callsThatCould("create");
}

const unknownProject: Project = { ageOf: () => "since", says: () => false };

/** `undefined` where no engine is made, or where nothing can be said of its pool. */
export function findCreation(
  context: FileContext,
  node: CreationNode,
  project: Project = unknownProject,
): Creation | undefined {
  const resolver = fileResolver(context);
  const call = resolver.callAt(node);
  if (call?.effect?.kind !== "create") return undefined;
  const { library } = call;
  const description = call.effect.engine;
  const areTypesOff = readSettings(context.settings).types === "off";
  const typeOf = areTypesOff ? () => undefined : typedValues(context.sourceCode, resolver);
  const evaluator = new Evaluator(context.sourceCode, resolver, node, typeOf);
  const seen = findPoolSettings(description, node, evaluator, project);
  const engine = library.types[description.engine];
  return seen && { node, library, description, engine, evaluator, seen };
}
