import {
  at,
  holding,
  keeperContext,
  borrowerContext,
  opening,
  openerContext,
  sharing,
  type Context,
} from "./context.js";
import type { Draft, Nest, Step } from "./drafts.js";
import type { LibraryWords } from "./libraries.js";
import { both } from "./printed.js";
import { ownBody, outsideMain, type Printed, type Writer } from "./writer.js";

/** A function that opens and returns, or nothing. */
export function openerFunction(writer: Writer, { opener, openerSteps }: Draft): string {
  if (opener % 2 === 0) return "";
  const { words } = writer;
  const open = writer.open({ ...openerContext, tryBlock: outsideMain });
  const { take } = words;
  const taken = take ? `await ${both(take("c"), `c.begin(${outsideMain})`)};` : "";
  const takenLater = take ? `await ${take("c")};` : "";
  const steps = writer.steps(openerSteps, { ...holding(openerContext, "c"), own: [] });
  const close = `${words.isCloseAwaited ? "await " : ""}${words.closes[0]!("c")};`;
  const bodies = [
    `const c = ${open}; ${taken} return c;`,
    `const c = ${open}; ${taken} try { await ${words.use("c")}; } catch (error) { ${close} throw error; } return c;`,
    `const c = ${open}; try { ${takenLater} ${steps} return c; } catch (error) { ${close} throw error; }`,
    `return ${words.isPromised ? open.replace("await ", "") : open};`,
    `const c = ${open}; ${taken} await ${words.use("c")}; return c;`,
  ];
  return `async function obtain() { let f0 = false, f1 = true; ${at(bodies, opener >> 1)} }`;
}

/** Functions that programs call by name. */
export function commonFunctions(words: LibraryWords): readonly (readonly [name: string, text: string])[] {
  const close = words.closes[0]!("x");
  // Whether a close is known as one, and so as what does not fail, depends on what else is passed here.
  const shut = words.isCloseAwaited ? `await ${close}; await work();` : `${close};`;
  return [
    ["shut", `async function shut(x) { if (x) ${shut} }`],
    ["borrow", `async function borrow(x) { step(); await ${words.use("x")}; }`],
    ["same", `function same(x) { return x; }`],
  ];
}

/** Functions that are given a session. */
export function helperFunctions(writer: Writer, helpers: Draft["helpers"]): readonly string[] {
  return helpers.map((steps, index) => {
    const inner = index === 0 ? borrowerContext : keeperContext;
    // A function that has nothing to do with a session is taken to return or to fail: this one may do both.
    return `async function h${index}(x) { let v0 = null, f0 = false, f1 = true; if (await decide()) return; ${writer.steps(steps, inner)} }`;
  });
}

/** Functions that are given a function, and call it with a session of their own or with none. */
export function wrapperFunctions(writer: Writer, { wrapper }: Draft): readonly string[] {
  const retry = [
    `for (;;) { try { return await work(); } catch (error) { if (await decide()) throw error; } }`,
    `try { return await work(); } catch (error) { await decide(); throw error; }`,
    `if (await decide()) await work();`,
    `try { await work(); } finally { step(); }`,
    `for (const name of ["a", "b"]) await work();`,
    `try { await work(); } catch {}`,
  ].map((body) => body.replaceAll("throw error", both("throw error", "throw again(error)")));
  const attempt = `async function attempt(work) { ${at(retry, wrapper)} }`;
  if (wrapper % 3 > 0) return [attempt];
  const { words } = writer;
  const site = writer.sites;
  const open = writer.open({ ...openerContext, tryBlock: 0 });
  const taken = words.take ? `await ${both(words.take("c"), `c.begin(0)`)};` : "";
  const close = `${words.isCloseAwaited ? "await " : ""}${words.closes[0]!("c")};`;
  // What a function's only caller passes is followed; what several pass may keep the session, unless it is closed afterwards.
  const lend = `work(${both("c", "lent(c, withSession.callers !== 1)")})`;
  const lendOnly = `work(${both("c", "lent(c, false)")})`;
  const scoped = [
    `const c = ${open}; ${taken} try { return await ${lend}; } finally { ${close} }`,
    `const c = ${open}; ${taken} try { await ${lend}; } catch (error) { ${close} throw error; } ${close}`,
    `const c = ${open}; ${taken} const result = await ${lendOnly}; ${close} return result;`,
    `const c = ${open}; ${taken} try { if (await decide()) return; return await ${lend}; } finally { ${close} }`,
    `const c = ${open}; ${taken} if (await decide()) return; try { await ${lend}; } finally { ${close} }`,
  ];
  const body = `{ ${at(scoped, wrapper >> 2)} }`;
  const followed = `${both("", "{ try ")}${body}${both("", ` finally { left(${site}, ${site + 1}); } }`)}`;
  return [attempt, `async function withSession(work) ${followed}`];
}

/** A call of such a function. */
export function wrapped(writer: Writer, { pick, parts }: Nest, context: Context): string {
  const name = at(context.wrappers, pick) ?? "attempt";
  if (name === "withSession") writer.scopeCallers++;
  const parameters = name === "withSession" ? [writer.fresh("x")] : [];
  // Nothing is known of variables around where the wrapper's own session is followed into what it calls.
  const inner =
    pick % 2 === 0 || name === "withSession"
      ? { ...opening(context), held: [...context.held, ...parameters] }
      : { ...sharing(context), held: [...context.held, ...parameters] };
  const held = at(inner.held, pick >> 2);
  const head = `(${parameters.join()}) =>`;
  if (held && pick % 5 === 0) return `await ${name}(${head} ${writer.words.use(held)});`;
  // As with every function that has nothing to do with a session.
  const beginning = `await ${name}(async ${head} { if (await decide()) return;`;
  return `${beginning} ${ownBody(writer, parts[0], inner)} });`;
}

/** A function of `main`'s own. */
export function closure(writer: Writer, { pick, parts }: Nest, context: Context): Printed {
  const name = writer.fresh("g");
  const held = at(context.held, pick >> 2);
  const close = held && writer.words.closes[0]!(held);
  const body = (steps: readonly Step[] | undefined): string =>
    `{ if (await decide()) return; ${writer.steps(steps, sharing(context))} }`;
  const forms = close
    ? [
        `const ${name} = async () => { ${writer.words.isCloseAwaited ? "await " : ""}${close}; };`,
        `const ${name} = () => ${close};`,
        `const ${name} = () => { ${close}; };`,
      ]
    : [];
  const text =
    forms.length > 0 && pick % 2 === 0 ? at(forms, pick >> 1)! : `const ${name} = async () => ${body(parts[0])};`;
  return { text, context: { ...context, closures: [...context.closures, name] } };
}
