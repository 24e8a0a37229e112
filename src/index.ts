import noRedundantClose from "../rules/no-redundant-close.js";
import requirePoolOptions from "../rules/require-pool-options.js";
import requireScope from "../rules/require-scope.js";
import { defineLibrary } from "./libraries/define-library.js";
import { type Rule, version } from "./rule.js";

type Severity = "error" | "warn";
type RuleEntry = Severity | readonly [Severity, ...unknown[]];
type Rules = Readonly<Record<string, RuleEntry>>;

interface Config {
  readonly name: string;
  readonly plugins: Readonly<Record<string, Plugin>>;
  readonly rules: Rules;
}
/** For `.eslintrc` of ESLint 8. */
interface LegacyConfig {
  readonly plugins: readonly string[];
  readonly rules: Rules;
}

export interface Plugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: Readonly<Record<string, Rule>>;
  readonly configs: {
    readonly recommended: Config;
    readonly strict: Config;
    readonly all: Config;
    readonly "recommended-legacy": LegacyConfig;
    readonly "strict-legacy": LegacyConfig;
    readonly "all-legacy": LegacyConfig;
  };
  readonly defineLibrary: typeof defineLibrary;
}

const namespace = "db-session";
const rules: Readonly<Record<string, Rule>> = Object.fromEntries(
  [noRedundantClose, requireScope, requirePoolOptions].map((rule) => [rule.name, rule as unknown as Rule]),
);

/** The rules for which `entryOf` has an entry, under the names that a configuration uses. */
function select(entryOf: (rule: Rule) => RuleEntry | false): Rules {
  const entries: Record<string, RuleEntry> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const entry = entryOf(rule);
    if (entry) entries[`${namespace}/${name}`] = entry;
  }
  return entries;
}

const sets = {
  recommended: select((rule) => rule.meta.docs?.recommended ?? false),
  strict: select((rule) => rule.meta.docs?.strict ?? "error"),
  all: select(() => "error"),
};

function flat(name: keyof typeof sets): Config {
  return { name: `${namespace}/${name}`, plugins: { [namespace]: plugin }, rules: sets[name] };
}
function legacy(name: keyof typeof sets): LegacyConfig {
  return { plugins: [namespace], rules: sets[name] };
}

const configs = {} as { -readonly [Name in keyof Plugin["configs"]]: Plugin["configs"][Name] };
const meta = { name: "eslint-plugin-db-session", version, namespace };
const plugin: Plugin = { meta, rules, configs, defineLibrary };
for (const name of ["recommended", "strict", "all"] as const) {
  configs[name] = flat(name);
  configs[`${name}-legacy`] = legacy(name);
}

// The last name is what `require()` gives.
export { plugin as default, defineLibrary, plugin as "module.exports" };
