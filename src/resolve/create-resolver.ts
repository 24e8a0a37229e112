import type { TSESTree } from "@typescript-eslint/utils";
import { libraries as builtIn } from "../libraries/index.js";
import type { Library } from "../libraries/description.js";
import type { Annotation } from "../settings/public.js";
import { callsThatCould, couldHave } from "./call-looks.js";
import { typeDescription, untold, type Entity } from "./entity.js";
import { followImports } from "./imported-file.js";
import { indexOf } from "./library-index.js";
import { asInstance } from "./members.js";
import { openFile } from "./open-file.js";
import { createParseFile, type LanguageOptions } from "./parse-file.js";
import type { FileSource, ResolvedFile } from "./resolved-file.js";
import type { ResolvedValue, Resolver } from "./resolver.js";
import { functionOf } from "./callees.js";
import { helperOf } from "./helpers.js";

export interface ResolverOptions {
  /** The descriptions to go by; by default all that are built in. */
  readonly libraries?: readonly Library[];
  /** What the settings say of code that cannot be edited. */
  readonly annotations?: readonly Annotation[];
  /** Where the file is: from there its imports are followed, if `languageOptions` gives a parser to read them with. */
  readonly filename?: string;
  /** The host's `context.languageOptions`. */
  readonly languageOptions?: LanguageOptions;
  /** `false`: the type checker is not asked even where there is one. */
  readonly types?: boolean;
}

/** Makes what tells of one file's expressions which library's engines and sessions they are. */
export function createResolver(source: FileSource, options: ResolverOptions = {}): Resolver {
  const index = indexOf(options.libraries ?? builtIn, options.annotations);
  const { filename, languageOptions } = options;
  const parse = filename && languageOptions ? createParseFile(languageOptions, source.visitorKeys) : undefined;
  const findFile =
    filename && parse ? followImports(filename, { index, parse, parser: languageOptions?.parser }) : () => undefined;
  return resolverOf(openFile(source, index, findFile, { asksTypes: options.types, filename }));
}

const foreignResolvers = new WeakMap<ResolvedFile, Resolver>();

function foreignResolver(file: ResolvedFile): Resolver {
  let resolver = foreignResolvers.get(file);
  if (resolver === undefined) foreignResolvers.set(file, (resolver = resolverOf(file)));
  return resolver;
}

function resolverOf(file: ResolvedFile): Resolver {
  return {
    resolve: (node) => resolvedValue(file.evaluate(node)),
    instanceOf(node, isAwaited = false) {
      const value = resolvedValue(file.evaluate(node));
      if (value?.value.kind !== "instance" || value.array || (value.promised && !isAwaited)) return undefined;
      const { library } = value;
      const { type } = value.value;
      const description = typeDescription(library, type);
      return description && { library, type, description };
    },
    callAt: (node) => file.callAt(node),
    toldAt: (node) => file.toldAt(node),
    couldHave: (node, effect) => couldHave(file, node, effect),
    callsThatCould: (effect) => callsThatCould(file, effect),
    get importsMuch() {
      return file.importsMuch;
    },
    functionAt: (callee) =>
      file.memo("function", callee, () => {
        const found = functionOf(file, callee);
        return found?.file === file ? found.node : undefined;
      }),
    foreignFunctionAt(callee, isGivenSession = false) {
      const found = functionOf(file, callee) ?? (isGivenSession ? helperOf(file, callee) : undefined);
      if (found === undefined || found.file === file) return undefined;
      return { functionNode: found.node, source: found.file.source, resolver: foreignResolver(found.file) };
    },
    variableOf: (identifier: TSESTree.Node) => file.variableOf(identifier),
    variableValue: (variable) => resolvedValue(file.evaluateVariable(variable)),
  };
}

/** What callers see of an entity: what is a library's, through promises and arrays. */
function resolvedValue(entity: Entity | undefined): ResolvedValue | undefined {
  let inner = untold(entity);
  let isPromised = false;
  let isArray = false;
  while (inner?.kind === "promise" || inner?.kind === "array") {
    if (inner.kind === "promise") isPromised = true;
    else isArray = true;
    inner = inner.of;
  }
  if (inner?.kind !== "library") inner = asInstance(inner);
  return inner?.kind === "library"
    ? { library: inner.library, value: inner.value, promised: isPromised, ...(isArray && { array: true }) }
    : undefined;
}
