import { holding, at, opening, sharing, type Context } from "./context.js";
import type { Nest } from "./drafts.js";
import { noStatement } from "./phrases.js";
import { both } from "./printed.js";
import { ownBody, type Writer } from "./writer.js";

/** `await promise.then(…)` in its forms. */
export function chain(
  writer: Writer,
  promise: string,
  parameters: readonly string[],
  { pick, parts }: Nest,
  context: Context,
): string {
  // A function that opens is followed by itself; one that does not, with all that is around it.
  const inner = parameters.length > 0 || pick % 2 === 0 ? holding(opening(context), ...parameters) : sharing(context);
  const handlers = opening(context).canOpen && pick % 2 === 0 ? opening(context) : sharing(context);
  const first = handler(writer, pick >> 1, parts[0], parameters, inner);
  const second = handler(writer, pick >> 3, parts[1], [], handlers);
  const third = handler(writer, pick >> 5, parts[2], [], handlers);
  const forms = [
    `.then(${first})`,
    `.then(${first}).catch(${second})`,
    `.then(${first}).finally(${second})`,
    `.then(${first}, ${second})`,
    `.then(${first}).then(${second})`,
    `.then(${first}).catch(${second}).finally(${third})`,
    `.then(${first}).finally(${second}).catch(${third})`,
    ...(parameters.length > 0
      ? []
      : [
          `.catch(${second})`,
          `.finally(${second})`,
          `.catch(${second}).finally(${first})`,
          `.finally(${second}).then(${first})`,
        ]),
  ];
  const chained = `${promise}${at(forms, pick >> 1)!}`;
  // Node need not hear of what fails while a `finally` is at work.
  const returned = `return ${both("", "handled(")}${chained}${both("", ")")};`;
  return context.isMain && pick % 4 === 0 ? returned : `await ${chained};`;
}

/** Written as a body, or as the one expression that it waits for. */
function handler(
  writer: Writer,
  choice: number,
  steps: Nest["parts"][number] | undefined,
  parameters: readonly string[],
  context: Context,
): string {
  const held = at(parameters.length > 0 ? parameters : context.held, choice);
  const head = `(${parameters.join()}) =>`;
  // What a plain function returns is taken to be no promise: most log.
  if (held && choice % 6 === 0) return `async ${head} ${writer.words.use(held)}`;
  if (held && choice % 6 === 1) return `${head} ${writer.words.closes[0]!(held)}`;
  if (held && choice % 6 === 2) return `${head} { ${writer.words.closes[0]!(held)}; }`;
  return `async ${head} ${ownBody(writer, steps, context)}`;
}

export function openChain(writer: Writer, step: Nest, context: Context): string {
  if (!writer.mayOpen(context) || !writer.words.isPromised) return noStatement;
  const promise = writer.open(context).replace("await ", "");
  return chain(writer, promise, [writer.fresh("x")], step, context);
}
