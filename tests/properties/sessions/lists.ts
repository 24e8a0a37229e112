import { at, holding, looping, type Context } from "./context.js";
import type { Nest } from "./drafts.js";
import { closeOf, noStatement } from "./phrases.js";
import { both } from "./printed.js";
import { outsideMain, type Printed, type Writer } from "./writer.js";

/** Several openings at once: where one of them fails, the others are nobody's, which is not modelled. */
export function openAll(writer: Writer, step: Nest, context: Context): Printed {
  if (!writer.mayOpen(context) || !writer.words.isPromised) return { text: noStatement, context };
  const [left, right] = [writer.fresh("c"), writer.fresh("c")];
  const alone = { gap: outsideMain };
  const opens = [writer.open(context, alone), writer.open(context, alone)].map((open) => open.replace("await ", ""));
  const together = both("Promise.all([", "together([");
  const rest = step.pick % 2 === 0 ? "" : ` ${writer.steps(step.parts[0], holding(context, left, right))}`;
  return {
    text: `const [${left}, ${right}] = await ${together}${opens.join(", ")}]);${rest}`,
    context: holding(context, left, right),
  };
}

function someHeld(pick: number, { held }: Context): readonly string[] {
  return [...new Set([at(held, pick), at(held, pick >> 2)].filter((name) => name !== undefined))];
}

/** Sessions in a list that is gone over. */
export function list(writer: Writer, { pick, parts }: Nest, context: Context): string {
  const names = someHeld(pick, context);
  if (names.length === 0) return noStatement;
  const item = writer.fresh("e");
  const all = `[${names.join(", ")}]`;
  const looped = looping(context);
  const inside: Context = { ...looped, held: [...looped.held, item] };
  return goOver(writer, pick >> 3, item, all, () => writer.block(parts[0], inside));
}

/** A list that is drained when all is done. */
export function drained(writer: Writer, { pick, parts }: Nest, context: Context): string {
  const names = someHeld(pick, context);
  if (names.length === 0) return noStatement;
  const [all, item] = [writer.fresh("l"), writer.fresh("e")];
  // How many turns there are is known of a list only while it holds what is followed.
  const drain = goOver(writer, pick >> 3, item, all, () => `{ ${closeOf(writer.words, item, pick >> 6)} }`);
  const work = writer.block(parts[0], { ...context, tryBlock: writer.freshTry() });
  return `{ const ${all} = [${names.join(", ")}]; try ${work} finally { ${drain} } }`;
}

function goOver(writer: Writer, choice: number, item: string, all: string, block: () => string): string {
  const { words } = writer;
  const direct = words.closes[0]!(item);
  switch (choice % 7) {
    case 0:
      return `for (const ${item} of ${all}) { ${closeOf(words, item, choice >> 3)} }`;
    case 1:
      return `for (const ${item} of ${all}) ${block()}`;
    case 2:
      return `${all}.forEach((${item}) => { ${direct}; });`;
    case 3:
      return `await Promise.all(${all}.map(async (${item}) => { await ${words.use(item)}; }));`;
    case 4:
      // Whether these closes are known as such depends on what else the list holds.
      return `await Promise.all([...${all}.map((${item}) => ${direct}), work()]);`;
    case 5:
      return `for (const ${item} of ${all}) { try { await work(); } finally { ${closeOf(words, item, choice >> 3)} } }`;
    default:
      return `await Promise.all(${all}.map(async (${item}) => { try { await ${words.use(item)}; } finally { ${closeOf(words, item, choice >> 3)} } }));`;
  }
}
