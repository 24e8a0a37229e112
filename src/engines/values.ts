/** What an expression may evaluate to, as far as the file shows. Several values are alternatives. */
export type Values = readonly Value[];

export type Value = ObjectValue | StringValue | ConstantValue | UnseenValue | OtherValue;

export interface ObjectValue {
  readonly kind: "object";
  readonly properties: ReadonlyMap<string, Values>;
  /** It may have properties that are not shown. */
  readonly isOpen: boolean;
  /** What the expression calls it, where only its type is known. */
  readonly name?: string;
}

export interface StringValue {
  readonly kind: "string";
  /** Its text, `null` for a piece that is not shown; `undefined`: nothing of it is shown. */
  readonly pieces: readonly (string | null)[] | undefined;
  /** Nothing but its name says that it is one. */
  readonly isGuessed?: boolean;
}

export interface ConstantValue {
  readonly kind: "constant";
  readonly value: undefined | null | boolean | number | bigint;
}

export interface UnseenValue {
  readonly kind: "unseen";
  /** What the expression calls it: `NullPool`. */
  readonly name?: string;
}

/** Something that holds no options: a function, an array, a number that is computed. */
export interface OtherValue {
  readonly kind: "other";
}

export const unseen: Values = [{ kind: "unseen" }];
export const other: Values = [{ kind: "other" }];
export const unseenString: Values = [{ kind: "string", pieces: undefined }];
export const guessedString: Values = [{ kind: "string", pieces: undefined, isGuessed: true }];
export const nothing: Values = [{ kind: "constant", value: undefined }];

/** Whether an option is given. */
export type Presence = "set" | "unset" | "unseen";

/** Set where any of the alternatives sets it; unset only where all of them are seen and none does. */
export function presenceOf(values: Values, path: readonly string[]): Presence {
  return combine(values.map((value) => presenceIn(value, path)));
}

export function combine(presences: readonly Presence[]): Presence {
  if (presences.includes("set")) return "set";
  return presences.includes("unseen") ? "unseen" : "unset";
}

function presenceIn(value: Value, path: readonly string[]): Presence {
  const [key, ...rest] = path;
  if (key === undefined) return isUndefined(value) ? "unset" : "set";
  switch (value.kind) {
    case "object": {
      const found = value.properties.get(key);
      if (found) return presenceOf(found, rest);
      return value.isOpen ? "unseen" : "unset";
    }
    case "constant":
      return value.value === undefined || value.value === null ? "unset" : "unseen";
    case "string":
      return "unset";
    default:
      return "unseen";
  }
}

/** The values at a path; `undefined` where none of the alternatives shows anything there. */
export function valuesAt(values: Values, path: readonly string[]): Values | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return values;
  const found = values.flatMap((value) => {
    const inner = value.kind === "object" ? value.properties.get(key) : undefined;
    return (inner && valuesAt(inner, rest)) ?? [];
  });
  return found.length > 0 ? found : undefined;
}

export function isUndefined(value: Value): boolean {
  return value.kind === "constant" && value.value === undefined;
}

export function isNullish(value: Value): boolean {
  return value.kind === "constant" && (value.value === undefined || value.value === null);
}

function lacks(value: Value, key: string): boolean {
  if (value.kind === "object") return !value.isOpen && !value.properties.has(key);
  return value.kind === "constant";
}

/** What results when the alternatives are spread, one after the other, over one another: `{ ...a, ...b }`. */
export class ObjectBuilder {
  readonly #properties = new Map<string, Values>();
  #isOpen = false;

  set(key: string, values: Values): void {
    this.#properties.set(key, values);
  }

  open(): void {
    this.#isOpen = true;
  }

  spread(values: Values): void {
    const [only] = values;
    if (values.length === 1 && only?.kind === "object") {
      for (const [key, value] of only.properties) this.#properties.set(key, value);
      this.#isOpen ||= only.isOpen;
      return;
    }
    for (const value of values) {
      if (value.kind === "unseen" || value.kind === "other") this.#isOpen = true;
      if (value.kind !== "object") continue;
      this.#isOpen ||= value.isOpen;
      for (const [key, inner] of value.properties) {
        const before = this.#properties.get(key) ?? (values.some((other) => lacks(other, key)) ? nothing : []);
        this.#properties.set(key, [...before, ...inner]);
      }
    }
  }

  /** Adds what a later assignment may have set: `options.pool.max = 5`. */
  assign([key, ...rest]: readonly string[], values: Values): void {
    if (key === undefined) return;
    const present = this.#properties.get(key) ?? [];
    if (rest.length === 0) {
      this.#properties.set(key, [...present, ...values]);
      return;
    }
    const inner = new ObjectBuilder();
    inner.spread(present);
    inner.assign(rest, values);
    this.#properties.set(key, [inner.build()]);
  }

  build(): ObjectValue {
    return { kind: "object", properties: this.#properties, isOpen: this.#isOpen };
  }
}
