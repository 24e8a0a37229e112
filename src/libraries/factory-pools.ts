import type { EngineCreation, Setting, SettingName } from "./description.js";

/**
 * `Module.forRootAsync({ useFactory: () => options })` of NestJS. With `useClass`, `useExisting` or a factory of another
 * file the options are not seen. `url`: the option that holds the URL, and whether pool settings are read from it.
 */
export function madeByFactory(
  creation: EngineCreation,
  url: { readonly path: string; readonly reads: boolean },
): EngineCreation {
  const isUnseen = { where: { path: "", present: false, whenUnseen: "fits" }, pool: "unknown" } as const;
  const variants = (creation.variants ?? []).map(({ where, pool }) => ({ where, pool: withoutFixes(pool) }));
  return {
    ...creation,
    places: [
      { kind: "options", argument: 0, path: "useFactory()" },
      { kind: "urlOption", argument: 0, path: `useFactory().${url.path}`, reads: url.reads },
    ],
    variants: [isUnseen, ...variants],
    pool: withoutFixes(creation.pool),
  };
}

/** Fixes write into a call's arguments, not into functions. */
function withoutFixes(pool: EngineCreation["pool"]): EngineCreation["pool"] {
  if (typeof pool === "string") return pool;
  const settings = Object.entries(pool.settings) as [SettingName, Setting][];
  const unfixed = settings.map(([name, setting]) => [name, { ...setting, noFix: true }] as const);
  return { ...pool, settings: Object.fromEntries(unfixed) };
}
