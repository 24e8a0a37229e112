import type {
  EngineCreation,
  OptionCondition,
  PackageVersion,
  PoolSettings,
  ProjectFile,
  Setting,
  SettingName,
  SettingsPlace,
} from "../libraries/description.js";
import type { Age } from "../project/versions.js";
import type { CreationNode } from "./creations.js";
import type { Evaluator } from "./evaluate.js";
import { presenceInUrl, schemeOf } from "./url.js";
import {
  combine,
  isNullish,
  isUndefined,
  type Presence,
  presenceOf,
  unseen,
  type Value,
  type Values,
  valuesAt,
} from "./values.js";

export type OptionsPlace = Extract<SettingsPlace, { kind: "options" }>;

/** What the files around the linted one tell. */
export interface Project {
  /** Of the package that it has, beside the version given. */
  readonly ageOf: (version: PackageVersion) => Age;
  readonly says: (file: ProjectFile) => boolean;
}

/** What is known of the pool settings of one engine creation. */
export interface SeenSettings {
  readonly pool: PoolSettings;
  /** Of every setting that the library has. */
  readonly presence: ReadonlyMap<SettingName, Presence>;
  /** The options, and the version, that decide which settings and defaults hold are seen. */
  readonly isCertain: boolean;
}

/** `undefined` where the engine has no pool, takes one from elsewhere, or none of it can be said. */
export function findPoolSettings(
  creation: EngineCreation,
  node: CreationNode,
  evaluator: Evaluator,
  project: Project,
): SeenSettings | undefined {
  if (node.arguments.length < (creation.fewestArguments ?? 0)) return undefined;
  const seen = new Arguments(creation, node, evaluator, project);
  if (creation.externalPool?.some((path) => seen.isGiven(path))) return undefined;
  const variant = creation.variants?.find(({ where }) => seen.fits(where));
  const pool = variant?.pool ?? creation.pool;
  if (pool === "none" || pool === "unknown") return undefined;
  const presence = new Map<SettingName, Presence>();
  for (const [name, setting] of Object.entries(pool.settings) as [SettingName, Setting][]) {
    presence.set(name, combine([...setting.paths.map((path) => seen.option(path)), seen.parameter(setting.url)]));
  }
  const isSeen = variant && !isOfAgeOnly(variant.where) ? true : !seen.isUndecided();
  const isCertain = isSeen && !(variant && isPerhapsNewer(variant.where, project));
  return { pool, presence, isCertain };
}

/** It may also have a version that refuses the options of older ones. */
function isPerhapsNewer({ olderThan }: OptionCondition, project: Project): boolean {
  return olderThan !== undefined && project.ageOf(olderThan) === "either";
}

function isOfAgeOnly(condition: OptionCondition): boolean {
  return condition.olderThan !== undefined && Object.keys(condition).length === 1;
}

/** The places of kind "options" that a call has, the argument given or not. */
export function optionsPlaces(creation: EngineCreation, node: CreationNode): OptionsPlace[] {
  return creation.places.filter(
    (place): place is OptionsPlace =>
      place.kind === "options" && (place.arity === undefined || place.arity === node.arguments.length),
  );
}

/** The argument's position; `undefined` where a spread argument hides it. */
export function positionOf(place: SettingsPlace, node: CreationNode): number | undefined {
  const count = node.arguments.length;
  const position = place.argument === "last" ? Math.max(count - 1, 0) : place.argument;
  const isHidden = node.arguments.slice(0, position + 1).some((argument) => argument.type === "SpreadElement");
  return isHidden ? undefined : position;
}

class Arguments {
  readonly #byPosition = new Map<number, Values>();

  constructor(
    readonly creation: EngineCreation,
    readonly node: CreationNode,
    readonly evaluator: Evaluator,
    readonly project: Project,
  ) {}

  /** The options objects, as far as they are given, under the path at which the place has them. */
  #options(): { readonly values: Values; readonly prefix: readonly string[] }[] {
    return optionsPlaces(this.creation, this.node).map((place) => ({
      values: this.#argument(place).filter(mayHoldOptions),
      prefix: pathOf(place.path),
    }));
  }

  #argument(place: SettingsPlace): Values {
    const position = positionOf(place, this.node);
    if (position === undefined) return unseen;
    let values = this.#byPosition.get(position);
    if (!values) {
      const argument = this.node.arguments[position];
      values = argument && argument.type !== "SpreadElement" ? this.evaluator.evaluate(argument) : [];
      this.#byPosition.set(position, values);
    }
    return values;
  }

  option(path: string): Presence {
    return combine(this.#options().map(({ values, prefix }) => presenceOf(values, [...prefix, ...pathOf(path)])));
  }

  /** By the options object itself, wherever in it the place is. */
  isGiven(path: string): boolean {
    return this.#options().some(({ values }) => presenceOf(values, pathOf(path)) === "set");
  }

  #valuesOf(path: string): Values | undefined {
    const found = this.#options().flatMap(({ values, prefix }) => valuesAt(values, [...prefix, ...pathOf(path)]) ?? []);
    return found.length > 0 ? found : undefined;
  }

  #urls(areRead: boolean): Values[] {
    return this.creation.places.flatMap((place) => {
      if (place.kind === "options" || (areRead && !place.reads)) return [];
      if (place.kind === "url") return [this.#argument(place)];
      const values = this.#argument(place).filter(mayHoldOptions);
      const given = valuesAt(values, pathOf(place.path));
      if (given) return [given];
      return presenceOf(values, pathOf(place.path)) === "unseen" ? [unseen] : [];
    });
  }

  /** Whether a URL that the library reads settings from sets one of the parameters. */
  parameter(names: readonly string[] | undefined): Presence {
    if (!names || names.length === 0) return "unset";
    return combine(this.#urls(true).map((values) => presenceInUrl(values, names)));
  }

  /** An option's value, or a URL's scheme, would have to be seen to say which variant holds. */
  isUndecided(): boolean {
    const conditions = (this.creation.variants ?? []).map(({ where }) => where);
    if (conditions.some((condition) => this.#isOptionUnseen(condition))) return true;
    // An option that is given says as much as the scheme, and then the "URL" may be a database's name.
    const isSaid = conditions.some(({ path, oneOf }) => path !== undefined && oneOf && this.option(path) === "set");
    if (isSaid || !conditions.some(({ urlScheme }) => urlScheme)) return false;
    return this.#urls(false).some((values) => values.some(isSchemeUnseen));
  }

  #isOptionUnseen({ path, oneOf }: OptionCondition): boolean {
    if (path === undefined || !oneOf || this.option(path) === "unset") return false;
    return (this.#valuesOf(path) ?? unseen).some((value) => fits(value, oneOf) === undefined);
  }

  fits(condition: OptionCondition): boolean {
    const isUnseenFitting = condition.whenUnseen === "fits";
    if (condition.olderThan) {
      if (this.project.ageOf(condition.olderThan) === "since") return false;
      if (isOfAgeOnly(condition)) return true;
    }
    if (condition.urlScheme) {
      const { urlScheme } = condition;
      const schemes = this.#urls(false).flatMap((values) => values.map((v) => v.kind === "string" && schemeOf(v)));
      return schemes.some((scheme) => typeof scheme === "string" && urlScheme.includes(scheme));
    }
    if (condition.projectFile) return this.project.says(condition.projectFile);
    if (condition.imports !== undefined) return namesModule(this.evaluator.sourceCode.text, condition.imports);
    if (condition.path === undefined) return false;
    const presence = this.option(condition.path);
    if (condition.present !== undefined) {
      if (presence === "unseen") return isUnseenFitting;
      if (presence === "set") return condition.present && !this.#valuesOf(condition.path)?.some(isUndefined);
      return !condition.present && this.#options().some(({ values }) => values.some(isObject));
    }
    if (presence === "unset") return false;
    const values = this.#valuesOf(condition.path) ?? unseen;
    const fitting = values.map((value) => fits(value, condition.oneOf ?? []) ?? isUnseenFitting);
    return isUnseenFitting ? fitting.some(Boolean) : fitting.every(Boolean);
  }
}

function namesModule(text: string, module: string): boolean {
  return text.includes(`"${module}"`) || text.includes(`'${module}'`);
}

function mayHoldOptions({ kind }: Value): boolean {
  return kind !== "string" && kind !== "other";
}

function isSchemeUnseen(value: Value): boolean {
  return value.kind === "unseen" || (value.kind === "string" && schemeOf(value) === undefined);
}

function isObject(value: Value): boolean {
  return value.kind === "object";
}

/** `undefined`: cannot be seen. */
function fits(value: Value, allowed: readonly (string | number | boolean)[]): boolean | undefined {
  if (value.kind === "constant") return !isNullish(value) && allowed.includes(value.value as number | boolean);
  if (value.kind === "string") {
    if (!value.pieces || value.pieces.includes(null)) return undefined;
    return allowed.includes(value.pieces.join(""));
  }
  const name = value.kind === "unseen" || value.kind === "object" ? value.name : undefined;
  if (name !== undefined && allowed.includes(name)) return true;
  return value.kind === "unseen" ? undefined : false;
}

export function pathOf(path: string | undefined): string[] {
  return path === undefined || path === "" ? [] : path.split(".");
}
