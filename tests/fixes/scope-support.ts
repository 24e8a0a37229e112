import { fileModel, type Opening } from "../../src/lifetimes/index.js";
import { scopeFixes, type FixContext, type ScopeFixKind } from "../../src/fixes/scope-session.js";
import { applyEdits, inspect, parses, type InspectOptions } from "./support.js";

export interface Offered {
  /** The kind and text of the autofix. */
  readonly fix?: readonly [ScopeFixKind, string];
  readonly suggestions: readonly (readonly [ScopeFixKind, string])[];
  readonly leak: string | undefined;
}

export type StyleOptions = Partial<Pick<FixContext, "scopeStyle" | "runtime">> &
  InspectOptions & { readonly facts?: Partial<Opening>; readonly opening?: number };

/** What our analysis still has to say of a text: leaks, closes in scopes. */
export function remainingFaults(code: string, filename: string): readonly string[] {
  return inspect(
    code,
    (host) => {
      const model = fileModel({ ...host, settings: {} });
      const leaks = model.openings("likely").flatMap(({ leak }) => leak?.kind ?? []);
      const closes = model.scopedCloses.filter(({ verdict }) => verdict.verdict !== "early");
      return [...leaks, ...closes.map(({ node }) => host.sourceCode.getText(node))];
    },
    { filename },
  );
}

/** What is offered for the first leaking opening of `code`, or the first at all. */
export function offered(code: string, options: StyleOptions = {}): Offered {
  return inspect(
    code,
    (host) => {
      const context = { ...host, physicalFilename: host.filename, settings: {}, options: [] };
      const openings = fileModel(context).openings("likely");
      const found =
        options.opening === undefined ? (openings.find(({ leak }) => leak) ?? openings[0]) : openings[options.opening];
      if (!found) throw new Error(`no opening in\n${code}`);
      const opening = { ...found, ...options.facts };
      const fixes = scopeFixes(opening, {
        ...host,
        scopeStyle: options.scopeStyle ?? "using",
        runtime: options.runtime ?? true,
      });
      const written = fixes.suggestions.map(({ kind, edits }) => [kind, applyEdits(code, edits)] as const);
      const fix = fixes.fix && ([fixes.fix.kind, applyEdits(code, fixes.fix.edits)] as const);
      for (const [kind, text] of [...written, ...(fix ? [fix] : [])]) {
        if (!parses(text)) throw new Error(`${kind} does not parse:\n${text}`);
      }
      return { ...(fix ? { fix } : {}), suggestions: written, leak: opening.leak?.kind };
    },
    options,
  );
}
