import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { Places } from "./places.js";
import { rootOf } from "./syntax.js";

/** One file as the analysis sees it. */
export interface FileView {
  readonly resolver: Resolver;
  readonly places: Places;
}

const views = new WeakMap<object, FileView>();

/** The view of a file, one for all sessions that are followed through it. */
export function viewOf(source: ConstructorParameters<typeof Places>[1], resolver: Resolver): FileView {
  let view = views.get(source.ast);
  if (view?.resolver !== resolver) views.set(source.ast, (view = { resolver, places: new Places(resolver, source) }));
  return view;
}

/** Whose nodes are being evaluated: the linted file's, or those of a file whose function is followed. */
export class FileViews {
  readonly home: FileView;
  readonly #stack: FileView[];
  readonly #abroad = new Map<object, FileView>();

  constructor(home: FileView) {
    this.home = home;
    this.#stack = [home];
  }

  get resolver(): Resolver {
    return this.#stack.at(-1)!.resolver;
  }

  get places(): Places {
    return this.#stack.at(-1)!.places;
  }

  get isAbroad(): boolean {
    return this.#stack.at(-1) !== this.home;
  }

  /** Makes another file known before one of its functions is followed. */
  know(source: ConstructorParameters<typeof Places>[1], resolver: Resolver): void {
    this.#abroad.set(source.ast, viewOf(source, resolver));
  }

  within<Result>(node: FunctionNode, follow: () => Result): Result {
    this.#stack.push(this.#abroad.get(rootOf(node)) ?? this.home);
    try {
      return follow();
    } finally {
      this.#stack.pop();
    }
  }
}
