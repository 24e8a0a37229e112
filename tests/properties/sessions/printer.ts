import { alias } from "./aliases.js";
import { closeUnlessPassed, opening, passedScope } from "./openings.js";
import { chain, openChain } from "./chains.js";
import { at, looping, mainContext, type Context } from "./context.js";
import type { Draft, Leaf, Nest, Step } from "./drafts.js";
import { libraries, type LibraryWords } from "./libraries.js";
import { closeOf, closeOfSlot, directly, handOverOf, noStatement, testOf, useOf } from "./phrases.js";
import { closure, commonFunctions, helperFunctions, openerFunction, wrapped, wrapperFunctions } from "./functions.js";
import { drained, list, openAll } from "./lists.js";
import { asExecuted, asLinted, both, siteMarker, type PrintedProgram } from "./printed.js";
import { type OpenOptions, type Printed, type Writer } from "./writer.js";

export interface PrintOptions {
  /** Each opening is followed on its own: more are only more of the same. */
  readonly mostOpenings?: number;
  /** Each session has one name and is neither passed on nor closed by others. */
  readonly isPlain?: boolean;
}

export function printProgram(draft: Draft, options: PrintOptions = {}): PrintedProgram {
  return new Printer(at(libraries, draft.library)!, options).program(draft);
}

class Printer implements Writer {
  readonly words: LibraryWords;
  readonly #options: Required<PrintOptions>;
  #names = 0;
  sites = 0;
  scopeCallers = 0;
  #tries = 0;
  #hasOpener = false;

  constructor(words: LibraryWords, { mostOpenings = 4, isPlain = false }: PrintOptions) {
    this.words = words;
    this.#options = { mostOpenings, isPlain };
  }

  program(draft: Draft): PrintedProgram {
    const opener = openerFunction(this, draft);
    this.#hasOpener = opener !== "";
    const helpers = helperFunctions(this, draft.helpers);
    const wrappers = this.#options.isPlain ? [] : wrapperFunctions(this, draft);
    const body = this.steps(draft.body, {
      ...mainContext,
      ...(this.#options.isPlain ? { slots: [], givable: [] } : {}),
      helpers: helpers.map((_, index) => `h${index}`),
      wrappers: ["attempt", "withSession"].slice(0, wrappers.length),
      canYield: draft.isGenerator,
    });
    const main = [
      opener,
      ...helpers,
      ...wrappers.slice([opener, ...helpers, body].some((text) => text.includes("attempt(")) ? 0 : 1),
      wrappers.length > 1 ? both("", `withSession.callers = ${this.scopeCallers};`) : "",
      `export async function${draft.isGenerator ? "*" : ""} main(p0, p1, p2) {`,
      `let v0 = null, v1; let f0 = false, f1 = true;`,
      body,
      `}`,
    ].join("\n");
    const common = commonFunctions(this.words).filter(([name]) => main.includes(`${name}(`));
    const text = [both(this.words.prelude, ""), ...common.map(([, one]) => one), main].join("\n");
    return { linted: asLinted(text), executed: asExecuted(text), sites: this.sites };
  }

  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  freshTry(): number {
    return ++this.#tries;
  }

  open(context: Context, { isScoped = false, gap = context.tryBlock }: OpenOptions = {}): string {
    const site = this.sites++;
    const { open, isPromised, scoped } = this.words;
    const call = isScoped && scoped ? scoped.replace("await ", "") : open;
    const isAwaited = isScoped && scoped ? scoped.startsWith("await ") : isPromised;
    const executed = isAwaited ? `open(${site}, ${context.tryBlock}, ${gap})` : `openNow(${site}, ${context.tryBlock})`;
    return `${isAwaited ? "await " : ""}${both(siteMarker(site) + call, executed)}`;
  }

  /** Through the file's own function, where there is one. */
  openSomehow(context: Context, choice: number): string {
    if (!this.#hasOpener || choice % 3 > 0) return this.open(context);
    const site = this.sites++;
    return `await ${both(`${siteMarker(site)}obtain()`, `received(${site}, ${context.tryBlock}, obtain())`)}`;
  }

  mayOpen(context: Context): boolean {
    return context.canOpen && this.sites < this.#options.mostOpenings;
  }

  steps(steps: readonly Step[] | undefined, outer: Context): string {
    let context = outer;
    const texts: string[] = [];
    for (const step of steps ?? []) {
      const printed = "parts" in step ? this.#nest(step, context) : this.#leaf(step, context);
      texts.push(printed.text);
      ({ context } = printed);
    }
    return texts.join(" ");
  }

  block(steps: readonly Step[] | undefined, context: Context): string {
    return `{ ${this.steps(steps, context)} }`;
  }

  #leaf({ kind, pick }: Leaf, context: Context): Printed {
    const same = (text: string | undefined): Printed => ({ text: text ?? noStatement, context });
    const held = at(context.held, pick >> 1);
    const slot = at(context.slots, pick >> 1);
    switch (kind) {
      case "open":
        return opening(this, pick, context);
      case "close": {
        const unlessPassed = pick % 4 > 0 ? closeUnlessPassed(this, pick >> 2, context) : undefined;
        if (unlessPassed) return same(unlessPassed);
        if (held && this.#options.isPlain) return same(closeOf(this.words, held, directly(pick >> 3)));
        if (held && (pick % 3 > 0 || !slot)) return same(closeOf(this.words, held, pick >> 3));
        return same(slot && closeOfSlot(this.words, slot, pick >> 3));
      }
      case "use":
        if (held && this.#options.isPlain) return same(`await ${this.words.use(held)};`);
        if (held && (pick % 3 > 0 || !slot)) return same(useOf(this.words, held, pick >> 3));
        return same(slot && `await ${this.words.useOfSlot(slot)};`);
      case "begin": {
        const own = at(context.own, pick);
        const begin = own && this.words.begin?.(own);
        return same(begin && `await ${both(begin, `${own}.begin(${context.tryBlock})`)};`);
      }
      case "work":
        if (context.canYield && pick % 2 === 0) return this.#leaf({ kind: "yield", pick }, context);
        if (pick % 3 > 0) return same(pick % 3 === 1 ? noStatement : "step();");
        return this.#remember(context);
      case "alias":
        return alias(this, pick, context);
      case "clear":
        return same(slot && `${slot} = ${pick % 2 === 0 ? "null" : "undefined"};`);
      case "flag": {
        const flag = at(context.flags, pick);
        const values = [
          "true",
          "false",
          "await decide()",
          ...(slot ? [`!${slot}`, `${slot} != null`] : []),
          `!${flag}`,
        ];
        return same(flag && `${flag} = ${at(values, pick >> 1)};`);
      }
      case "handOver": {
        const own = at(context.own, pick);
        return same(own && handOverOf(this.words, own, pick >> 2, context.isMain));
      }
      case "help": {
        const closure = at(context.closures, pick >> 1);
        if (closure && (pick % 2 === 0 || !held)) return same(`await ${closure}();`);
        const helper = at(context.helpers, pick >> 1);
        return same(helper && held && `await ${helper}(${held});`);
      }
      case "yield":
        if (!context.canYield) return same(undefined);
        return same(held ? `yield ${both(held, `lent(${held}, false)`)};` : "yield;");
      case "leave":
        return same(this.#leave(pick, context));
    }
  }

  #remember(context: Context): Printed {
    const name = `d${this.#names++}`;
    return {
      text: `const ${name} = await decide();`,
      context: { ...context, remembered: [...context.remembered, name] },
    };
  }

  #leave(choice: number, context: Context): string {
    // Whoever opens for others is taken to return on some path.
    if (context.isOpener) return "if (await decide()) throw new Failure();";
    const ways = ["return;", "throw new Failure();"];
    const caught = at(context.errors, choice);
    if (caught) ways.push(`throw ${both(caught, `again(${caught})`)};`);
    if (choice % 7 === 0) return `if (coin()) ${both("process.exit(1)", "await exit()")};`;
    if (context.canBreak) ways.push("break;", "break;");
    if (context.loops.length > 0) ways.push("continue;", "continue;");
    for (const label of context.labels) ways.push(`break ${label};`);
    for (const label of context.loops) if (label) ways.push(`continue ${label};`);
    const held = at(context.held, choice >> 3);
    if (held && context.isMain) ways.push(`return ${this.words.use(held)};`, `return await ${this.words.use(held)};`);
    return at(ways, choice)!;
  }

  #nest(step: Nest, context: Context): Printed {
    const same = (text: string): Printed => ({ text, context });
    const [first, second, third] = step.parts;
    switch (step.kind) {
      case "if": {
        const otherwise = second ? ` else ${this.block(second, context)}` : "";
        return same(`if (${testOf(step.test, context)}) ${this.block(first, context)}${otherwise}`);
      }
      case "loop":
        return same(this.#loop(step, context));
      case "try": {
        const chained = step.pick % 17 === 0 ? this.#returnedChain(step, context) : undefined;
        if (chained) return same(chained);
        const block = this.block(first, { ...context, tryBlock: ++this.#tries });
        const handler = step.pick % 3 > 0 ? this.#handler(step, context) : "";
        const finalizer = step.pick % 3 < 2 ? ` finally ${this.block(third ?? (handler ? [] : second), context)}` : "";
        return same(`try ${block}${handler}${finalizer}`);
      }
      case "switch": {
        const inside = { ...context, canBreak: true };
        const clauses = step.parts.map((body, index) => {
          const head = index === step.pick % 4 ? "default:" : `case ${index}:`;
          return `${head} ${this.block(body, inside)}`;
        });
        return same(`switch (await pick(${step.parts.length + 1})) { ${clauses.join(" ")} }`);
      }
      case "block": {
        if (step.pick % 2 === 0) return same(this.block(first, context));
        const label = `l${this.#names++}`;
        return same(`${label}: ${this.block(first, { ...context, labels: [...context.labels, label] })}`);
      }
      case "scope":
        return same(this.#scope(step, context));
      case "chain":
        return same(chain(this, "work()", [], step, context));
      case "queryChain": {
        const held = at(context.held, step.pick >> 3);
        return same(chain(this, held ? this.words.use(held) : "work()", [], step, context));
      }
      case "openChain":
        return same(openChain(this, step, context));
      case "closure":
        return closure(this, step, context);
      case "all":
        return openAll(this, step, context);
      case "list":
        return same(list(this, step, context));
      case "drained":
        return same(drained(this, step, context));
      case "passedScope":
        return same(passedScope(this, step, context));
      case "wrapped":
        return same(wrapped(this, step, context));
    }
  }

  /** What a returned chain rejects with is not seen by the `catch` around it. */
  #returnedChain({ pick, parts }: Nest, context: Context): string | undefined {
    const held = at(context.held, pick >> 3);
    if (!held || !context.isMain) return undefined;
    const close = this.words.closes[0]!(held);
    const chained = `${both("", "handled(")}work().then(() => ${close})${both("", ")")}`;
    const body = this.steps(parts[0], { ...context, tryBlock: ++this.#tries });
    return `try { ${body} return ${chained}; } catch { ${this.words.isCloseAwaited ? "await " : ""}${close}; }`;
  }

  #handler({ pick, parts }: Nest, context: Context): string {
    if (pick % 2 === 0) return ` catch ${this.block(parts[1], context)}`;
    const error = this.fresh("error");
    const again = `throw ${both(error, `again(${error})`)};`;
    const body = this.steps(parts[1], { ...context, errors: [...context.errors, error] });
    return ` catch (${error}) { ${body}${pick % 4 === 1 && !context.isOpener ? ` ${again}` : ""} }`;
  }

  #loop({ pick, test, parts }: Nest, context: Context): string {
    const label = pick % 5 === 0 ? `l${this.#names++}` : undefined;
    const inside = looping(context, label);
    const index = `i${this.#names++}`;
    const condition = `(await decide()) && (${testOf(test, context)})`;
    const body = this.steps(parts[0] ?? [], inside);
    const forms = [
      `while (${condition}) { ${body} }`,
      `do { ${body} } while (${condition});`,
      `for (;;) { if (await decide()) break; ${body} }`,
      `for (let ${index} = 0; ${condition}; ${index}++) { ${body} }`,
      `for (const item of items()) { ${body} }`,
      `for await (const item of stream()) { ${body} }`,
      `for await (const item of stream()) { step(); }`,
      `for await (const item of stream()) if (coin()) break;`,
      `for (const key in keys()) { ${body} }`,
    ];
    return (label ? `${label}: ` : "") + at(forms, pick >> 3)!;
  }

  #scope({ pick, parts }: Nest, context: Context): string {
    const name = `u${this.#names++}`;
    const held = at(context.own, pick >> 1);
    if (held && this.words.disposes && pick % 4 === 0) {
      const body = this.steps(parts[0], { ...context, held: [...context.held, name] });
      return `{ await using ${name} = ${held}; ${body} }`;
    }
    if (!this.mayOpen(context)) return noStatement;
    // What a scope closes is not handed over.
    const inside = { ...context, held: [...context.held, name] };
    if (this.words.scoped && pick % 3 > 0) {
      const open = this.open(context, { isScoped: true });
      return `{ await using ${name} = ${open}; ${this.steps(parts[0] ?? [], inside)} }`;
    }
    const open = this.open(context);
    const work = this.block(parts[0], { ...inside, tryBlock: ++this.#tries });
    return `{ const ${name} = ${open}; try ${work} finally { ${closeOf(this.words, name, directly(pick))} } }`;
  }
}
