import type { Library } from "../libraries/description.js";
import { findTypeNamed, withoutPromise } from "../libraries/type-names.js";
import type { AnnotatedArgument, AnnotatedArguments, Annotation } from "../settings/public.js";
import { libraryInstance, promiseOf, type Entity } from "./entity.js";
import { ownSession } from "./own-session.js";
import type { Told, ToldNode, ToldPart, ToldType } from "./told.js";

/** What the settings say of modules' exports, arranged for look-ups. */
export interface AnnotatedModules {
  /** @param path the file of the project that the specifier leads to, asked for only where paths are annotated */
  find(specifier: string, path: () => string | undefined): ToldNode | undefined;
  /** By the file of a declaration; `packageName` is of the package that it belongs to. */
  findDeclared(fileName: string, packageName: string | undefined): ToldNode | undefined;
  /** All names that are annotated, and "" if there are any at all. */
  readonly names: ReadonlySet<string>;
}

export function annotatedModules(annotations: readonly Annotation[], libraries: readonly Library[]): AnnotatedModules {
  const specifiers = new Map<string, MutableNode>();
  const paths = new Map<string, MutableNode>();
  const names = new Set<string>(annotations.length > 0 ? [""] : []);
  for (const annotation of annotations) {
    const isPath = annotation.module.startsWith("./");
    const key = isPath ? withoutExtension(annotation.module.slice(1)) : annotation.module;
    const modules = isPath ? paths : specifiers;
    let node = modules.get(key);
    if (!node) modules.set(key, (node = { members: new Map() }));
    for (const name of annotation.name.replace("()", "").split(".")) {
      names.add(name);
      let member: MutableNode | undefined = node.members.get(name);
      if (!member) node.members.set(name, (member = { members: new Map() }));
      node = member;
    }
    annotate(node, annotation, libraries);
  }
  const byPath = (path: string | undefined): ToldNode | undefined => {
    const plain = path && withoutExtension(path.replaceAll("\\", "/"));
    return plain ? [...paths].find(([end]) => plain.endsWith(end) || plain.endsWith(`${end}/index`))?.[1] : undefined;
  };
  return {
    find: (specifier, path) => specifiers.get(specifier) ?? (paths.size > 0 ? byPath(path()) : undefined),
    findDeclared: (fileName, packageName) =>
      packageName === undefined ? byPath(fileName) : [...specifiers].find(([one]) => belongsTo(one, packageName))?.[1],
    names,
  };
}

interface MutableNode {
  told?: Told;
  engine?: ToldType;
  readonly members: Map<string, MutableNode>;
}

function annotate(node: MutableNode, annotation: Annotation, libraries: readonly Library[]): void {
  const { name, opens, engine } = annotation;
  const given = typeof engine === "string" ? typeIn(libraries, engine) : undefined;
  const isOfCall = name.endsWith("()");
  if (given && !isOfCall) node.engine = given;
  const opened =
    opens === true ? ownSession(undefined, name.replace("()", ""), undefined) : opens && typeIn(libraries, opens);
  const parts = (["closes", "keeps", "borrows"] as const).flatMap((does) => partsOf(does, annotation[does]));
  if (!opened && !(given && isOfCall) && parts.length === 0) return;
  node.told = {
    ...node.told,
    ...(opened ? { opens: opened } : {}),
    ...(given && isOfCall ? { gives: given } : {}),
    parts: [...(node.told?.parts ?? []), ...parts],
  };
}

function partsOf(does: ToldPart["does"], given: AnnotatedArguments | undefined): ToldPart[] {
  const all: readonly AnnotatedArgument[] = given === undefined ? [] : typeof given === "object" ? given : [given];
  return all.map((one) => {
    if (one === "this") return { does, of: "this" };
    if (typeof one === "number") return { does, of: one };
    const [position, property] = one.split(".");
    return { does, of: Number(position), ...(property === undefined ? {} : { property }) };
  });
}

function typeIn(libraries: readonly Library[], written: string): ToldType | undefined {
  const { text, isPromised } = withoutPromise(written);
  const named = findTypeNamed(libraries, text);
  return named && { ...named, ...(isPromised && { promised: true }) };
}

function withoutExtension(path: string): string {
  return path.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, "");
}

/** A sub-path of a package, or the package itself. */
function belongsTo(specifier: string, packageName: string): boolean {
  const name = packageName.replace(/^@types\//, "");
  return specifier === name || specifier.startsWith(`${name}/`);
}

/** What a name is that the settings speak of. */
export function entityOfNode({ told, engine, members }: ToldNode, of: Entity | undefined): Entity {
  if (engine) {
    const instance = libraryInstance(engine.library, engine.type);
    return engine.promised ? promiseOf(instance)! : instance;
  }
  return { kind: "told", ...(told && { told }), members, of };
}
