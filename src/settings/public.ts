import type { Library, ModuleDescription, TypeDescription, TypeName } from "../libraries/description.js";

/** `settings["db-session"]`, shared by all rules. */
export interface DbSessionSettings {
  /** `require`: a missing type-checker program is an error. `off`: types are not asked even where they are there. Default: `auto`. */
  readonly types?: "auto" | "require" | "off";
  /** Whether relative and tsconfig-path imports are followed to their file. Default: `true`. */
  readonly followImports?: boolean;
  /** By name: `false` switches a built-in description off, a description adds one or replaces the built-in one. Or an array of descriptions. */
  readonly libraries?:
    Readonly<Record<string, boolean | Omit<LibraryDefinition, "name"> | Library>> | readonly LibraryDefinition[];
  /** What code that cannot be edited opens, closes, keeps and borrows. */
  readonly annotations?: readonly Annotation[];
  /** The form of scope that fixes write. Default: `auto`. */
  readonly scopeStyle?: "auto" | "using" | "callback" | "try-finally";
  /** Whether fixes may import from `db-session`. Default: `auto`, where the nearest package.json names it. */
  readonly runtime?: "auto" | boolean;
}

/** A description as a user writes it: what is empty may be left out. */
export interface LibraryDefinition {
  readonly name: string;
  readonly packages?: readonly string[];
  readonly modules?: Readonly<Record<string, Partial<ModuleDescription>>>;
  readonly types?: Readonly<Record<TypeName, TypeDefinition>>;
}

export type TypeDefinition = Omit<TypeDescription, "members"> & Partial<Pick<TypeDescription, "members">>;

/** What a tag would say of something that a module exports, for code that cannot be edited. */
export interface Annotation {
  /** As imports write it; or the path of a file of the project, from "./", where it may begin anywhere above: "./src/db". */
  readonly module: string;
  /** What it exports: "getClient", "default"; "Store.acquire" for a member of a class, its instances or an object. */
  readonly name: string;
  /** The session that the call opens: "pg.PoolClient", "Promise<pg.PoolClient>"; `true` for one that no description knows. */
  readonly opens?: string | true;
  /** The engine that it is; of a name that ends in "()", the one that its call gives. */
  readonly engine?: string;
  /** What of its arguments it closes, takes ownership of, only uses. */
  readonly closes?: AnnotatedArguments;
  readonly keeps?: AnnotatedArguments;
  readonly borrows?: AnnotatedArguments;
}

/** A position from 0, a property of the object there ("0.client"), or what the method is called on ("this"). */
export type AnnotatedArgument = number | string;
export type AnnotatedArguments = AnnotatedArgument | readonly AnnotatedArgument[];
