import type { JSONSchema4 } from "@typescript-eslint/utils/json-schema";
import type { RuleContext, RuleListener, RuleModule } from "@typescript-eslint/utils/ts-eslint";
import { ConfigurationError, readSettings } from "./settings.js";

declare const PACKAGE_VERSION: string;
/** Of package.json; filled in by the build. */
export const version = typeof PACKAGE_VERSION === "string" ? PACKAGE_VERSION : "0.0.0";

export interface RuleDocs {
  /** One sentence; the first line of the rule's page. */
  readonly description: string;
  /** Its severity in `configs.recommended`; `false`: not part of it. */
  readonly recommended: "error" | "warn" | false;
  /** Its severity and options in `configs.strict`; "error" where absent, `false`: not part of it. */
  readonly strict?: false | readonly [severity: "error" | "warn", ...options: unknown[]];
  readonly dialects?: readonly string[];
  readonly url?: string;
}

export type Rule<
  MessageIds extends string = string,
  Options extends readonly unknown[] = readonly unknown[],
> = RuleModule<MessageIds, Options, RuleDocs> & { readonly name: string };

export interface RuleDefinition<MessageIds extends string, Options extends readonly unknown[]> {
  readonly name: string;
  readonly meta: {
    readonly type: "problem" | "suggestion";
    readonly docs: RuleDocs;
    readonly fixable?: "code";
    readonly hasSuggestions?: boolean;
    readonly schema: JSONSchema4 | readonly JSONSchema4[];
    readonly messages: Record<MessageIds, string>;
  };
  readonly defaultOptions: Options;
  /** Whether there is anything to look for in the file; asked before all else, since mostly there is not. */
  appliesTo?(context: Readonly<RuleContext<MessageIds, Options>>): boolean;
  /** `options` has the defaults filled in. */
  create(context: Readonly<RuleContext<MessageIds, Options>>, options: Options): RuleListener;
}

/**
 * Makes a rule for every host: fills in default options (ESLint 8.57 does not), validates the shared settings, and never
 * throws: on code that a rule cannot model it falls silent. With `DB_SESSION_DEBUG=1` in the environment the error is let out.
 */
export function createRule<MessageIds extends string, Options extends readonly unknown[]>(
  definition: RuleDefinition<MessageIds, Options>,
): Rule<MessageIds, Options> {
  const { name, meta, defaultOptions } = definition;
  const rule = {
    name,
    meta: {
      ...meta,
      languages: ["js/js"],
      defaultOptions,
      docs: { ...meta.docs, dialects: ["javascript", "typescript"], url: pageOf(name) },
    },
    create(context: Readonly<RuleContext<MessageIds, Options>>): RuleListener {
      if (!isConfigured(context)) return {};
      return guarded(name, context, () =>
        definition.appliesTo?.(context) === false
          ? {}
          : definition.create(context, withDefaults(defaultOptions, context.options)),
      );
    },
  };
  return rule;
}

function pageOf(rule: string): string {
  return `https://unpkg.com/eslint-plugin-db-session@${version}/docs/rules/${rule}.md`;
}

type AnyContext = Readonly<RuleContext<string, readonly unknown[]>>;

/** Throws where the settings cannot be used; says no where that has been said before. */
function isConfigured(context: AnyContext): boolean {
  try {
    const settings = readSettings(context.settings);
    if (settings.types === "require" && !context.sourceCode.parserServices?.program) throw missingProgram(context);
    return true;
  } catch (error) {
    if (!(error instanceof ConfigurationError) || !goesOnAfterErrors(context)) throw error;
    return tellOnce(error, context.filename);
  }
}

/** ESLint ends its run with the first error; Oxlint throws away what it has of the file and takes up the next. */
function goesOnAfterErrors({ languageOptions }: AnyContext): boolean {
  const { parser } = (languageOptions as { readonly parser?: { readonly name?: unknown } } | undefined) ?? {};
  return parser?.name === "oxlint";
}

/** Where each message was given. */
const told = new Map<string, string>();

/** A run comes to each file once; an editor comes back to it. */
function tellOnce(error: ConfigurationError, filename: string): false {
  if (!told.has(error.message)) told.set(error.message, filename);
  if (told.get(error.message) === filename) throw error;
  return false;
}

function missingProgram(context: AnyContext): ConfigurationError {
  const why = goesOnAfterErrors(context)
    ? "Oxlint gives plugins no type information. Leave it"
    : "the parser gives no type information. Set parserOptions.projectService of @typescript-eslint/parser for these files, or leave it";
  return new ConfigurationError(`settings["db-session"].types is "require", but ${why} at "auto".`);
}

type Listener = (...parameters: unknown[]) => void;

/** After an internal error the rule says nothing more about the file. */
function guarded(rule: string, context: { readonly filename: string }, create: () => RuleListener): RuleListener {
  let failed = false;
  const attempt = <Result>(work: () => Result): Result | undefined => {
    if (failed) return undefined;
    try {
      return work();
    } catch (error) {
      failed = true;
      if (error instanceof ConfigurationError) throw error;
      if (process.env["DB_SESSION_DEBUG"] === "1")
        throw new Error(`${rule} failed on ${context.filename}`, { cause: error });
      return undefined;
    }
  };
  const listeners: Record<string, Listener> = {};
  for (const [selector, listener] of Object.entries(attempt(create) ?? {})) {
    if (listener) listeners[selector] = (...parameters) => attempt(() => (listener as Listener)(...parameters));
  }
  return listeners;
}

function withDefaults<Options extends readonly unknown[]>(defaults: Options, given: readonly unknown[]): Options {
  const length = Math.max(defaults.length, given.length);
  return Array.from({ length }, (_, index) => merge(defaults[index], given[index])) as unknown as Options;
}

/** Objects are merged key by key, at every depth; anything else that is given replaces the default. */
function merge(fallback: unknown, given: unknown): unknown {
  if (given === undefined) return fallback;
  if (!isPlainObject(fallback) || !isPlainObject(given)) return given;
  const merged: Record<string, unknown> = { ...fallback };
  for (const [key, value] of Object.entries(given)) merged[key] = merge(fallback[key], value);
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
