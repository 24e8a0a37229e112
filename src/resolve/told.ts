import type { Library, TypeName } from "../libraries/description.js";

/** What the user says of a function, by tags or settings. It wins over what is inferred. */
export interface Told {
  /** The caller owns what the call gives. */
  readonly opens?: ToldType;
  /** The engine that the call gives. */
  readonly gives?: ToldType;
  readonly parts: readonly ToldPart[];
}

export interface ToldType {
  readonly library: Library;
  readonly type: TypeName;
  /** Whether the call gives a promise of it; unknown where only the call's use can show it. */
  readonly promised?: boolean;
}

/** What a function does with one of the things that it is given. */
export interface ToldPart {
  readonly does: "closes" | "keeps" | "borrows";
  /** "this" is what a method is called on. */
  readonly of: number | "this";
  /** All arguments from there on. */
  readonly isRest?: boolean;
  /** Only this property of the object there. */
  readonly property?: string;
}

/** What the settings say of a name and of its members. */
export interface ToldNode {
  readonly told?: Told;
  /** The engine that it is. */
  readonly engine?: ToldType;
  readonly members: ReadonlyMap<string, ToldNode>;
}
