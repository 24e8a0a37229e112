import { at, type Context } from "./context.js";
import { noStatement } from "./phrases.js";
import type { Printed, Writer } from "./writer.js";

/** Another name for what has one. */
export function alias(writer: Writer, pick: number, context: Context): Printed {
  const { held, slots, flags } = context;
  const source = at([...held, ...slots], pick >> 1);
  if (!source) return { text: noStatement, context };
  const target = at(slots, pick);
  if (held.includes(source) && pick % 4 === 0) return secondName(writer, pick >> 2, source, context);
  if (!target) return { text: noStatement, context };
  const flag = at(flags, pick >> 2);
  const isChosen = flag !== undefined && pick % 5 === 0;
  return { text: `${target} = ${isChosen ? `${flag} ? ${source} : null` : source};`, context };
}

function secondName(writer: Writer, choice: number, source: string, context: Context): Printed {
  const name = writer.fresh("a");
  const other = at(context.held, choice >> 3)!;
  const named = (text: string, known = name): Printed => ({
    text,
    context: { ...context, held: [...context.held, known] },
  });
  switch (choice % 8) {
    case 0:
      return named(`const ${name} = same(${source});`);
    case 1:
      return named(`const { session: ${name} } = { session: ${source} };`);
    case 2:
      return named(`const [${name}] = [${source}];`);
    case 3:
      return named(`const ${name} = { session: ${source} };`, `${name}.session`);
    case 4:
      return named(`const ${name} = coin() ? ${source} : ${other};`);
    case 5:
      return named(`const ${name} = { session: ${source}, other: ${other} };`, `${name}.other`);
    default:
      return named(`const ${name} = ${source};`);
  }
}
