import { holdsResource, numberOf, unknown, valueKey, withoutResource, type Value } from "./values.js";

/** Something that can hold a value: a variable, or a chain of members such as `options.transaction`. */
export type Place = object;

/**
 * What places are known to hold; it never changes. A function's paths come to the same few again and again, so that each
 * remembers what was made of it.
 */
export class Bindings implements Iterable<readonly [Place, Value]> {
  readonly #values: ReadonlyMap<Place, Value>;
  /** By the place that was given another value, and that value's key. */
  readonly #next: Map<Place, Map<string, Bindings>> | undefined;
  #key: string | undefined;
  #holders: readonly Place[] | undefined;
  #withoutResource: Bindings | undefined;

  private constructor(values: ReadonlyMap<Place, Value>, next?: Map<Place, Map<string, Bindings>>) {
    this.#values = values;
    this.#next = next;
  }

  /** Nothing is known. It remembers nothing: it outlives every file. */
  static readonly none = new Bindings(new Map());

  get size(): number {
    return this.#values.size;
  }

  /** The same for all that say the same. */
  get key(): string {
    if (this.#key === undefined) {
      const parts = Array.from(this.#values, ([place, value]) => `${numberOf(place)}=${valueKey(value)}`);
      this.#key = parts.sort().join(";");
    }
    return this.#key;
  }

  /** The places through which the resource can be reached. */
  get holders(): readonly Place[] {
    return (this.#holders ??= [...this.#values].filter(([, value]) => holdsResource(value)).map(([place]) => place));
  }

  get(place: Place): Value | undefined {
    return this.#values.get(place);
  }

  has(place: Place): boolean {
    return this.#values.has(place);
  }

  places(): Iterable<Place> {
    return this.#values.keys();
  }

  [Symbol.iterator](): Iterator<readonly [Place, Value]> {
    return this.#values[Symbol.iterator]();
  }

  /** The same with another value in one place; `unknown` takes what is there away. */
  with(place: Place, value: Value): Bindings {
    const known = this.#values.get(place);
    const key = valueKey(value);
    if (value.kind === "unknown" ? known === undefined : known !== undefined && valueKey(known) === key) return this;
    let made = this.#next?.get(place);
    if (made === undefined) this.#next?.set(place, (made = new Map<string, Bindings>()));
    let bindings = made?.get(key);
    if (bindings === undefined) {
      const values = new Map(this.#values);
      if (value.kind === "unknown") values.delete(place);
      else values.set(place, value);
      bindings = new Bindings(values, new Map());
      made?.set(key, bindings);
    }
    return bindings;
  }

  /** What is known of some of the places. */
  only(isKept: (place: Place, value: Value) => boolean): Bindings {
    const others = [...this.#values].filter(([place, value]) => !isKept(place, value));
    return others.reduce<Bindings>((bindings, [place]) => bindings.with(place, unknown), this);
  }

  /** The same where the resource is some other object that is not followed. */
  withoutResource(): Bindings {
    if (this.holders.length === 0) return this;
    const values = Array.from(this.#values, ([place, value]) => [place, withoutResource(value)] as const);
    return (this.#withoutResource ??= new Bindings(new Map(values), new Map()));
  }
}
