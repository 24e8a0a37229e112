/**
 * The form in which a library is described. A description is data: what the names that the library exports are,
 * what their calls give, open, close, scope. `resolve` reads it to find out what an expression is, `lifetimes` to find
 * out what a call does, the rules to say what happens at run time. No description looks at a syntax tree.
 */

/** The key of a type in its library's `types`. */
export type TypeName = string;

export interface Library {
  /** As docs, messages and `settings["db-session"].libraries` call it: "pg". */
  readonly name: string;
  /** The npm packages whose declaration files declare these types, `@types/…` included: how the type checker finds them. */
  readonly packages: readonly string[];
  /** By module specifier. A key that ends in `/*` stands for every sub-path. */
  readonly modules: Readonly<Record<string, ModuleDescription>>;
  readonly types: Readonly<Record<TypeName, TypeDescription>>;
}

export interface ModuleDescription {
  readonly exports: Readonly<Record<string, Value>>;
  /** What `import x from` gives where it is not `exports.default`; without both, the namespace itself. */
  readonly default?: Value;
  /** What `require()` gives where it is not the namespace of `exports`. */
  readonly commonjs?: Value;
  /** Exported types that are no classes, by exported name. */
  readonly types?: Readonly<Record<string, TypeName>>;
}

/** What a name stands for. */
export type Value =
  | { readonly kind: "instance"; readonly type: TypeName }
  | {
      readonly kind: "class";
      readonly type: TypeName;
      readonly effect?: Effect;
      readonly statics?: Readonly<Record<string, Value>>;
    }
  | { readonly kind: "function"; readonly calls: readonly CallDescription[] }
  | { readonly kind: "namespace"; readonly members: Readonly<Record<string, Value>> };

export interface TypeDescription {
  readonly role: "engine" | "session" | "other";
  /** What messages call it after the library's name: "PoolClient" gives "pg PoolClient". */
  readonly noun: string;
  /** Names under which the library's declarations (or a caller's annotations) know it, where that is not the key. */
  readonly declaredAs?: readonly string[];
  /** A part of the declaring file's path that tells types of one name and package apart: "mysql2/promise". */
  readonly declaredIn?: string;
  /** Members that are not found here are looked up there. */
  readonly extends?: TypeName;
  readonly members: Readonly<Record<string, Value>>;
  /** What every member is that is not named here or in what it extends; without, such a member's call may do anything. */
  readonly otherMembers?: Value;
  /** What calling an instance does: a sessionmaker, a knex instance. */
  readonly calls?: readonly CallDescription[];
  readonly session?: SessionFacts;
  /** What an instance is used for by others through a property of an options object: `{ transaction: t }`, `{ session }`. Lending, not handing over. */
  readonly lentAs?: readonly string[];
  /** Members of other values, and types of the library made with `new`, that take an instance only to use it: `.session(session)`, `.transacting(trx)`, `new sql.Request(transaction)`. */
  readonly lentTo?: readonly string[];
}

export interface CallDescription {
  /** The first description of a list whose pattern fits the arguments counts. */
  readonly when?: ArgumentPattern;
  readonly returns?: Returned;
  readonly effect?: Effect;
}

export interface ArgumentPattern {
  /** Some argument is (true) or none is (false) a function, as far as the file shows. An argument that cannot be seen fits neither: then no description counts. */
  readonly function?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The first argument is a string (literal or template) / an object literal. */
  readonly firstIs?: "string" | "object";
}

export interface Returned {
  readonly type: TypeName;
  readonly promised?: boolean;
  /** An array of these. */
  readonly array?: boolean;
}

export type Effect =
  | CreateEffect
  | OpenEffect
  | CloseEffect
  | ScopeEffect
  /** Makes a session that was opened lazily take its slot: typeorm `queryRunner.connect()`. */
  | { readonly kind: "take" }
  /** The session's own preparation that needs no `try`: `beginTransaction()`, isolation setters. Takes the slot too. */
  | { readonly kind: "begin" }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" }
  /** A statement as SQL text: `BEGIN`, `COMMIT`, `ROLLBACK`, `SET …` in it are understood. */
  | { readonly kind: "query"; readonly text: number }
  /** Ends the engine; whether sessions that are still out are closed by it. */
  | { readonly kind: "dispose"; readonly closesSessions: boolean }
  /** In a callback scope: ends by hand what the scope ends. */
  | ManualFinishEffect;

export interface CreateEffect {
  readonly kind: "create";
  readonly engine: EngineCreation;
}

export interface OpenEffect {
  readonly kind: "open";
  readonly session: TypeName;
  /** No slot is taken before `connect`, `begin` or a query. */
  readonly lazy?: boolean;
  /** The call does not give a new session but makes its receiver one: mssql `transaction.begin()`, pg `new Client().connect()`. */
  readonly receiver?: boolean;
  /** Where the session is delivered to a callback instead of being returned. Positions are the callback's parameters. */
  readonly callback?: {
    readonly argument: number | "last";
    readonly error?: number;
    readonly session: number;
    readonly close?: number;
  };
}

export type Manner = "release" | "destroy" | "commit" | "rollback";

export interface CloseEffect {
  readonly kind: "close";
  readonly manner: Manner;
  /** The position of the argument that is closed where it is not the receiver: `pool.releaseConnection(connection)`. */
  readonly argument?: number;
  /** Returns a promise. */
  readonly asynchronous?: boolean;
}

export interface ScopeEffect {
  readonly kind: "scope";
  /** Which argument is the callback. */
  readonly callback: number | "last";
  /** What the callback's parameters are, by position. */
  readonly parameters: readonly (TypeName | undefined)[];
  /** The scope ends only what a callback does that returns a promise (knex). */
  readonly onlyPromises?: boolean;
}

/** Ending by hand, inside a callback scope, what the scope ends: `trx.commit()` in `knex.transaction(async (trx) => …)`. */
export interface ManualFinishEffect {
  readonly kind: "manualFinish";
  readonly manner: Manner;
  /** Where the scope's callback then ends at once (only a `return` of an expression without calls may follow). */
  readonly last: FinishVerdict;
  /** The same where the callback gives no value, if that differs. */
  readonly lastWithoutValue?: FinishVerdict;
  /** Where other work follows in the callback. */
  readonly midway: FinishVerdict;
  /** A rollback that is followed by a `throw` on every path. */
  readonly beforeThrow?: FinishVerdict;
  /** Verdict where the call is given an argument, if that differs: `trx.rollback(error)`. */
  readonly withArgument?: FinishVerdict;
}

export type FinishVerdict =
  /** Required or meant: nothing is said. */
  | { readonly verdict: "intended" }
  | { readonly verdict: "redundant" }
  /** `consequence` completes "…: ": "the call rejects although the data is committed". */
  | { readonly verdict: "harmful"; readonly consequence: string; readonly removable: Removability };

/** Whether taking the call away is all that it needs; `"suggested"`: where the author agrees with what is thrown then. */
export type Removability = boolean | "suggested";

/** What holds for a type of role "session". */
export interface SessionFacts {
  /** How to close by hand, as fixes write it: `release()`; `awaited` where it returns a promise. */
  readonly close: { readonly call: string; readonly awaited: boolean };
  /** What leaks do at run time; completes "is not released …; ": "after as many leaks as …". */
  readonly leak: string;
  /** The session *is* a transaction: closed by commit or rollback. */
  readonly isTransaction?: boolean;
  /** What closing does with a transaction begun on it: "kept" = the next borrower gets it. */
  readonly closeWithOpenTransaction: "rollback" | "commit" | "kept";
  readonly disposal?: Disposal;
  /** `lease(x)` of db-session gives it a scope: of the engine, or of the session itself. */
  readonly lease?: "engine" | "session";
  /** A value of the type `() => ThisSession` opens one with each call, whoever wrote it. */
  readonly openedByFunctionType?: { readonly lazy: boolean };
  /** A class that says it implements this session opens one wherever it is made of anything but a session. */
  readonly openedByImplementation?: { readonly lazy: boolean };
  /** The engine's shortcut for one statement: `pool.query`. By the member of the session it replaces. */
  readonly shortcuts?: readonly string[];
  /** Its streams emit `end` only where they did not fail: what closes it then leaves it open after an `error`. */
  readonly endMeansSuccess?: boolean;
  /** Events that are waited for without an end: who listens to them keeps the session on purpose. */
  readonly listensTo?: readonly string[];
  /** Members that tell its state; what it means when they are true. */
  readonly guards?: Readonly<Record<string, "closed" | "open" | "inTransaction">>;
  /** The library's callback form: `engine.withSession(async (session) => …)`; how a fix writes it. */
  readonly callbackForm?: { readonly member: string; readonly parameter: TypeName };
}

export interface Disposal {
  readonly symbol: "asyncDispose" | "dispose";
  /** The first version of `package` with it. */
  readonly since: string;
  readonly package: string;
  readonly openTransaction: "rollback" | "commit" | "kept";
  /** What a manual close followed by the disposal does; absent = harmless. */
  readonly afterManualClose?: { readonly consequence: string };
}

/** The settings that `require-pool-options` speaks of. */
export type SettingName = "size" | "acquireTimeout" | "idleTimeout" | "maxLifetime" | "minSize";

export interface EngineCreation {
  readonly engine: TypeName;
  /** Where settings are read from. Several places add up. */
  readonly places: readonly SettingsPlace[];
  /** Descriptions for particular option values (typeorm `type`); the first that fits counts. Without a fit, or where the value cannot be seen, `pool`. */
  readonly variants?: readonly { readonly where: OptionCondition; readonly pool: PoolSettings | "none" | "unknown" }[];
  readonly pool: PoolSettings | "none" | "unknown";
  /** Option paths under which a pool made elsewhere is passed in: then nothing is said of this creation. */
  readonly externalPool?: readonly string[];
  /** With fewer arguments the options come from elsewhere, a configuration file: then nothing is said. */
  readonly fewestArguments?: number;
  /** The option that takes the URL when an options object replaces a URL argument: mysql2 `createPool(url)` → `createPool({ uri: url })`. */
  readonly urlBecomes?: string;
}

export type SettingsPlace =
  /** `arity`: only in calls with so many arguments: sequelize `(options)`, `(url, options)`, `(database, user, password, options)`. */
  | { readonly kind: "options"; readonly argument: number | "last"; readonly path?: string; readonly arity?: number }
  /** A connection URL. `reads: false`: the library takes no pool setting from it. */
  | { readonly kind: "url"; readonly argument: number; readonly reads: boolean }
  | { readonly kind: "urlOption"; readonly path: string; readonly argument: number | "last"; readonly reads: boolean };

export interface OptionCondition {
  /** An option, of the places of kind "options". */
  readonly path?: string;
  /** Its literal value, or the name it is given by (`poolClass: NullPool`). */
  readonly oneOf?: readonly (string | number | boolean)[];
  /** `true` fits where it is given for certain; `false` fits no call that is given a URL instead of options. */
  readonly present?: boolean;
  /** What a value that cannot be seen counts as; "differs" unless said. */
  readonly whenUnseen?: "fits" | "differs";
  /** Instead of an option: the scheme of the URL, without the colon: "sqlite". */
  readonly urlScheme?: readonly string[];
  /** With the rest, or alone: the project may have an older version of the package than this one. */
  readonly olderThan?: PackageVersion;
  /** Instead of an option: what another file of the project says. */
  readonly projectFile?: ProjectFile;
  /** Instead of an option: the file imports this module. */
  readonly imports?: string;
}

/** The nearest of some files, beside the linted one or above, fits a regular expression. */
export interface ProjectFile {
  readonly paths: readonly string[];
  readonly fits: string;
}

export interface PackageVersion {
  readonly package: string;
  readonly version: string;
}

export interface PoolSettings {
  readonly settings: Readonly<Partial<Record<SettingName, Setting>>>;
  /**
   * Completes "<library> ": "keeps 10 connections and waits for ever for a free one". Said where neither size nor waiting
   * time is set; where one is, the message is made of the `default`s of what is missing.
   */
  readonly defaults: string;
}

export interface Setting {
  /** Dotted option paths that the library truly reads, the one that a fix writes first. */
  readonly paths: readonly string[];
  /** URL parameters that it truly reads. */
  readonly url?: readonly string[];
  /** The library's default, in its own unit; "unlimited" = waits for ever / never closes; "computed" = from machine or environment. */
  readonly default: number | "unlimited" | "computed";
  readonly unit: "connections" | "ms" | "s";
  /** What a fix would write must not be offered: the setting has different forms that the call does not tell apart. */
  readonly noFix?: boolean;
  /** What a suggestion writes where the default is no constant; of a size ten unless said. */
  readonly proposal?: number;
  /** Completes "<library> " where the words made of `default` would not do: "keeps one connection for each processor". */
  readonly silently?: string;
}
