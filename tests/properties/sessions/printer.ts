import {
  at,
  borrowerContext,
  holding,
  keeperContext,
  looping,
  mainContext,
  opening,
  openerContext,
  sharing,
  type Context,
} from "./context.js";
import type { Draft, Leaf, Nest, Step } from "./drafts.js";
import { libraries, type LibraryWords } from "./libraries.js";
import { closeOf, closeOfSlot, directly, handOverOf, noStatement, testOf, useOf } from "./phrases.js";
import { asExecuted, asLinted, both, siteMarker, type PrintedProgram } from "./printed.js";

export interface PrintOptions {
  /** Each opening is followed on its own: more are only more of the same. */
  readonly mostOpenings?: number;
  /** Each session has one name and is neither passed on nor closed by others. */
  readonly isPlain?: boolean;
}

export function printProgram(draft: Draft, options: PrintOptions = {}): PrintedProgram {
  return new Printer(at(libraries, draft.library)!, options).program(draft);
}

/** Stands for the `try` block of what is in no `try` of the program's `main`, and exempts nothing there. */
const outsideMain = -1;

interface Printed {
  readonly text: string;
  readonly context: Context;
}

class Printer {
  readonly #words: LibraryWords;
  readonly #options: Required<PrintOptions>;
  #names = 0;
  #sites = 0;
  #tries = 0;
  #hasOpener = false;

  constructor(words: LibraryWords, { mostOpenings = 4, isPlain = false }: PrintOptions) {
    this.#words = words;
    this.#options = { mostOpenings, isPlain };
  }

  program(draft: Draft): PrintedProgram {
    const opener = this.#opener(draft);
    const helpers = draft.helpers.map((steps, index) => {
      const inner = index === 0 ? borrowerContext : keeperContext;
      // A function that has nothing to do with a session is taken to return or to fail: this one may do both.
      return `async function h${index}(x) { let v0 = null, f0 = false, f1 = true; if (await decide()) return; ${this.#steps(steps, inner)} }`;
    });
    const body = this.#steps(draft.body, {
      ...mainContext,
      ...(this.#options.isPlain ? { slots: [] } : {}),
      helpers: helpers.map((_, index) => `h${index}`),
    });
    const close = this.#words.closes[0]!("x");
    const text = [
      both(this.#words.prelude, ""),
      // Whoever waits for another session's end is taken to hear of its failure.
      `async function shut(x) { if (x) ${this.#words.isCloseAwaited ? `await ${close}; ${both("", "await work();")}` : `${close};`} }`,
      `async function borrow(x) { step(); await ${this.#words.use("x")}; }`,
      `function same(x) { return x; }`,
      opener,
      ...helpers,
      `export async function main(p0, p1) {`,
      `let v0 = null, v1; let f0 = false, f1 = true;`,
      body,
      `}`,
    ].join("\n");
    return { linted: asLinted(text), executed: asExecuted(text), sites: this.#sites };
  }

  /** A function that opens and returns, or nothing. */
  #opener({ opener, openerSteps }: Draft): string {
    if (opener % 2 === 0) return "";
    const open = this.#open({ ...openerContext, tryBlock: outsideMain });
    const { take } = this.#words;
    const taken = take ? `await ${both(take("c"), `c.begin(${outsideMain})`)};` : "";
    const takenLater = take ? `await ${take("c")};` : "";
    const steps = this.#steps(openerSteps, { ...holding(openerContext, "c"), own: [] });
    const close = `${this.#words.isCloseAwaited ? "await " : ""}${this.#words.closes[0]!("c")};`;
    const bodies = [
      `const c = ${open}; ${taken} return c;`,
      `const c = ${open}; ${taken} try { await ${this.#words.use("c")}; } catch (error) { ${close} throw error; } return c;`,
      `const c = ${open}; try { ${takenLater} ${steps} return c; } catch (error) { ${close} throw error; }`,
      `return ${this.#words.isPromised ? open.replace("await ", "") : open};`,
      `const c = ${open}; ${taken} await ${this.#words.use("c")}; return c;`,
    ];
    this.#hasOpener = true;
    return `async function obtain() { let f0 = false, f1 = true; ${at(bodies, opener >> 1)} }`;
  }

  #open(context: Context, { isScoped = false, gap = context.tryBlock } = {}): string {
    const site = this.#sites++;
    const { open, isPromised, scoped } = this.#words;
    const call = isScoped && scoped ? scoped.replace("await ", "") : open;
    const isAwaited = isScoped && scoped ? scoped.startsWith("await ") : isPromised;
    const executed = isAwaited ? `open(${site}, ${context.tryBlock}, ${gap})` : `openNow(${site}, ${context.tryBlock})`;
    return `${isAwaited ? "await " : ""}${both(siteMarker(site) + call, executed)}`;
  }

  /** Through the file's own function, where there is one. */
  #openSomehow(context: Context, choice: number): string {
    if (!this.#hasOpener || choice % 3 > 0) return this.#open(context);
    const site = this.#sites++;
    return `await ${both(`${siteMarker(site)}obtain()`, `received(${site}, ${context.tryBlock}, obtain())`)}`;
  }

  #mayOpen(context: Context): boolean {
    return context.canOpen && this.#sites < this.#options.mostOpenings;
  }

  #steps(steps: readonly Step[], outer: Context): string {
    let context = outer;
    const texts: string[] = [];
    for (const step of steps) {
      const printed = "parts" in step ? this.#nest(step, context) : this.#leaf(step, context);
      texts.push(printed.text);
      ({ context } = printed);
    }
    return texts.join(" ");
  }

  #block(steps: readonly Step[] | undefined, context: Context): string {
    return `{ ${this.#steps(steps ?? [], context)} }`;
  }

  #leaf({ kind, pick }: Leaf, context: Context): Printed {
    const same = (text: string | undefined): Printed => ({ text: text ?? noStatement, context });
    const held = at(context.held, pick >> 1);
    const slot = at(context.slots, pick >> 1);
    switch (kind) {
      case "open":
        return this.#opening(pick, context);
      case "close":
        if (held && this.#options.isPlain) return same(closeOf(this.#words, held, directly(pick >> 3)));
        if (held && (pick % 3 > 0 || !slot)) return same(closeOf(this.#words, held, pick >> 3));
        return same(slot && closeOfSlot(this.#words, slot, pick >> 3));
      case "use":
        if (held && this.#options.isPlain) return same(`await ${this.#words.use(held)};`);
        if (held && (pick % 3 > 0 || !slot)) return same(useOf(this.#words, held, pick >> 3));
        return same(slot && `await ${this.#words.useOfSlot(slot)};`);
      case "begin": {
        const own = at(context.own, pick);
        const begin = own && this.#words.begin?.(own);
        return same(begin && `await ${both(begin, `${own}.begin(${context.tryBlock})`)};`);
      }
      case "work":
        if (pick % 3 > 0) return same(pick % 3 === 1 ? noStatement : "step();");
        return this.#remember(context);
      case "alias": {
        const source = at([...context.held, ...context.slots], pick >> 1);
        if (!source) return same(undefined);
        if (context.held.includes(source) && pick % 4 === 0) {
          const name = `a${this.#names++}`;
          return {
            text: `const ${name} = ${pick % 8 === 0 ? `same(${source})` : source};`,
            context: { ...context, held: [...context.held, name] },
          };
        }
        const target = at(context.slots, pick);
        return same(target && `${target} = ${source};`);
      }
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
        return same(own && handOverOf(this.#words, own, pick >> 2, context.isMain));
      }
      case "help": {
        const closure = at(context.closures, pick >> 1);
        if (closure && (pick % 2 === 0 || !held)) return same(`await ${closure}();`);
        const helper = at(context.helpers, pick >> 1);
        return same(helper && held && `await ${helper}(${held});`);
      }
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

  #opening(choice: number, context: Context): Printed {
    if (!this.#mayOpen(context)) return { text: noStatement, context };
    const slot = at(context.slots, choice >> 3);
    const flag = at(context.flags, choice >> 2);
    const name = `c${this.#names++}`;
    const { take } = this.#words;
    const variant = choice % 8;
    if (variant > 3 && slot && flag) {
      const open = this.#open(context);
      const texts = [
        `${slot} = ${open};`,
        `${slot} ??= ${open};`,
        `${slot} = ${flag} ? ${open} : null;`,
        `${slot} = (${flag} && (${open})) || null;`,
      ];
      return { text: texts[variant - 4]!, context };
    }
    const open = this.#openSomehow(context, choice >> 4);
    const taken = take && choice % 5 > 0 ? ` await ${both(take(name), `${name}.begin(${context.tryBlock})`)};` : "";
    const declared = variant === 3 ? `let ${name}; ${name} = ${open};` : `const ${name} = ${open};`;
    return { text: declared + taken, context: holding(context, name) };
  }

  #leave(choice: number, context: Context): string {
    // Whoever opens for others is taken to return on some path.
    if (context.isOpener) return "if (await decide()) throw new Failure();";
    const ways = ["return;", "throw new Failure();"];
    if (context.canBreak) ways.push("break;", "break;");
    if (context.loops.length > 0) ways.push("continue;", "continue;");
    for (const label of context.labels) ways.push(`break ${label};`);
    for (const label of context.loops) if (label) ways.push(`continue ${label};`);
    const held = at(context.held, choice >> 3);
    if (held && context.isMain) ways.push(`return ${this.#words.use(held)};`, `return await ${this.#words.use(held)};`);
    return at(ways, choice)!;
  }

  #nest(step: Nest, context: Context): Printed {
    const same = (text: string): Printed => ({ text, context });
    const [first, second, third] = step.parts;
    switch (step.kind) {
      case "if": {
        const otherwise = second ? ` else ${this.#block(second, context)}` : "";
        return same(`if (${testOf(step.test, context)}) ${this.#block(first, context)}${otherwise}`);
      }
      case "loop":
        return same(this.#loop(step, context));
      case "try": {
        const block = this.#block(first, { ...context, tryBlock: ++this.#tries });
        const handler = step.pick % 3 > 0 ? ` catch ${this.#block(second, context)}` : "";
        const finalizer = step.pick % 3 < 2 ? ` finally ${this.#block(third ?? (handler ? [] : second), context)}` : "";
        return same(`try ${block}${handler}${finalizer}`);
      }
      case "switch": {
        const inside = { ...context, canBreak: true };
        const clauses = step.parts.map((body, index) => {
          const head = index === step.pick % 4 ? "default:" : `case ${index}:`;
          return `${head} ${this.#block(body, inside)}`;
        });
        return same(`switch (await pick(${step.parts.length + 1})) { ${clauses.join(" ")} }`);
      }
      case "block": {
        if (step.pick % 2 === 0) return same(this.#block(first, context));
        const label = `l${this.#names++}`;
        return same(`${label}: ${this.#block(first, { ...context, labels: [...context.labels, label] })}`);
      }
      case "scope":
        return same(this.#scope(step, context));
      case "chain":
        return same(this.#chain("work()", [], step, context));
      case "queryChain": {
        const held = at(context.held, step.pick >> 3);
        return same(this.#chain(held ? this.#words.use(held) : "work()", [], step, context));
      }
      case "openChain":
        return same(this.#openChain(step, context));
      case "closure":
        return this.#closure(step, context);
      case "all":
        return this.#all(step, context);
      case "list":
        return same(this.#list(step, context));
    }
  }

  #loop({ pick, test, parts }: Nest, context: Context): string {
    const label = pick % 5 === 0 ? `l${this.#names++}` : undefined;
    const inside = looping(context, label);
    const index = `i${this.#names++}`;
    const condition = `(await decide()) && (${testOf(test, context)})`;
    const body = this.#steps(parts[0] ?? [], inside);
    const forms = [
      `while (${condition}) { ${body} }`,
      `do { ${body} } while (${condition});`,
      `for (;;) { if (await decide()) break; ${body} }`,
      `for (let ${index} = 0; ${condition}; ${index}++) { ${body} }`,
      `for (const item of items()) { ${body} }`,
      `for await (const item of stream()) { ${body} }`,
      `for (const key in keys()) { ${body} }`,
    ];
    return (label ? `${label}: ` : "") + at(forms, pick >> 3)!;
  }

  #scope({ pick, parts }: Nest, context: Context): string {
    if (!this.#mayOpen(context)) return noStatement;
    const name = `u${this.#names++}`;
    // What a scope closes is not handed over.
    const inside = { ...context, held: [...context.held, name] };
    if (this.#words.scoped && pick % 3 > 0) {
      const open = this.#open(context, { isScoped: true });
      return `{ await using ${name} = ${open}; ${this.#steps(parts[0] ?? [], inside)} }`;
    }
    const open = this.#open(context);
    const work = this.#block(parts[0], { ...inside, tryBlock: ++this.#tries });
    return `{ const ${name} = ${open}; try ${work} finally { ${closeOf(this.#words, name, directly(pick))} } }`;
  }

  #chain(promise: string, parameters: readonly string[], { pick, parts }: Nest, context: Context): string {
    // A function that opens is followed by itself; one that does not, with all that is around it.
    const inner = parameters.length > 0 || pick % 2 === 0 ? holding(opening(context), ...parameters) : sharing(context);
    const handlers = opening(context).canOpen && pick % 2 === 0 ? opening(context) : sharing(context);
    const first = `async (${parameters.join()}) => ${this.#callback(parts[0], inner)}`;
    const second = `async () => ${this.#callback(parts[1], handlers)}`;
    const forms = [
      `.then(${first})`,
      `.then(${first}).catch(${second})`,
      `.then(${first}).finally(${second})`,
      `.then(${first}, ${second})`,
      ...(parameters.length > 0
        ? []
        : [`.catch(${second})`, `.finally(${second})`, `.catch(${second}).finally(${first})`]),
    ];
    return `await ${promise}${at(forms, pick >> 1)!};`;
  }

  /** What a callback opens is followed to its end. */
  #callback(steps: readonly Step[] | undefined, context: Context): string {
    const before = this.#sites;
    const body = this.#block(steps, context);
    if (this.#sites === before) return body;
    return `{ ${both("", "try ")}${body}${both("", ` finally { left(${before}, ${this.#sites}); }`)} }`;
  }

  #openChain(step: Nest, context: Context): string {
    if (!this.#mayOpen(context) || !this.#words.isPromised) return noStatement;
    const promise = this.#open(context).replace("await ", "");
    return this.#chain(promise, [`x${this.#names++}`], step, context);
  }

  #closure({ pick, parts }: Nest, context: Context): Printed {
    const name = `g${this.#names++}`;
    const held = at(context.held, pick >> 2);
    const close = held && this.#words.closes[0]!(held);
    const text =
      close && pick % 2 === 0
        ? `const ${name} = async () => { ${this.#words.isCloseAwaited ? "await " : ""}${close}; };`
        : `const ${name} = async () => { if (await decide()) return; ${this.#steps(parts[0] ?? [], sharing(context))} };`;
    return { text, context: { ...context, closures: [...context.closures, name] } };
  }

  /** Several openings at once: where one of them fails, the others are nobody's, which is not modelled. */
  #all(step: Nest, context: Context): Printed {
    if (!this.#mayOpen(context) || !this.#words.isPromised) return { text: noStatement, context };
    const [left, right] = [`c${this.#names++}`, `c${this.#names++}`];
    const alone = { gap: outsideMain };
    const opens = [this.#open(context, alone), this.#open(context, alone)].map((open) => open.replace("await ", ""));
    const together = both("Promise.all([", "together([");
    const rest = step.pick % 2 === 0 ? "" : ` ${this.#steps(step.parts[0] ?? [], holding(context, left, right))}`;
    return {
      text: `const [${left}, ${right}] = await ${together}${opens.join(", ")}]);${rest}`,
      context: holding(context, left, right),
    };
  }

  /** Sessions in a list that is gone over. */
  #list({ pick, parts }: Nest, context: Context): string {
    const names = [at(context.held, pick), at(context.held, pick >> 2)].filter((name) => name !== undefined);
    if (names.length === 0) return noStatement;
    const item = `e${this.#names++}`;
    const list = `[${[...new Set(names)].join(", ")}]`;
    const close = closeOf(this.#words, item, pick);
    const looped = looping(context);
    const inside: Context = { ...looped, held: [...looped.held, item] };
    const forms = [
      `for (const ${item} of ${list}) { ${close} }`,
      `for (const ${item} of ${list}) ${this.#block(parts[0], inside)}`,
      `${list}.forEach((${item}) => { ${this.#words.closes[0]!(item)}; });`,
      `await Promise.all(${list}.map(async (${item}) => { await ${this.#words.use(item)}; }));`,
    ];
    return at(forms, pick >> 3)!;
  }
}
