import { at, holding, type Context } from "./context.js";
import type { Nest } from "./drafts.js";
import { openingForms } from "./forms.js";
import { noStatement } from "./phrases.js";
import { both } from "./printed.js";
import type { Printed, Writer } from "./writer.js";

/** A statement that opens a session. */
export function opening(writer: Writer, choice: number, context: Context): Printed {
  if (!writer.mayOpen(context)) return { text: noStatement, context };
  const slot = at(context.slots, choice >> 3);
  const flag = at(context.flags, choice >> 2);
  const variant = choice % openingForms;
  if (variant > 3 && variant < 8 && slot && flag) {
    const open = writer.open(context);
    const texts = [
      `${slot} = ${open};`,
      `${slot} ??= ${open};`,
      `${slot} = ${flag} ? ${open} : null;`,
      `${slot} = (${flag} && (${open})) || null;`,
    ];
    return { text: texts[variant - 4]!, context };
  }
  const passed = at(context.givable, choice);
  if (variant === 8 && passed) return openUnlessPassed(writer, choice >> 4, context, passed);
  const name = writer.fresh("c");
  const { take } = writer.words;
  const open = writer.openSomehow(context, choice >> 4);
  const taken = take && choice % 5 > 0 ? ` await ${both(take(name), `${name}.begin(${context.tryBlock})`)};` : "";
  return { text: declared(name, open, variant) + taken, context: holding(context, name) };
}

function declared(name: string, open: string, variant: number): string {
  switch (variant) {
    case 3:
      return `let ${name}; ${name} = ${open};`;
    case 9:
      return `const { session: ${name} } = { session: ${open} };`;
    case 10:
      return `const [${name}] = [${open}];`;
    case 11:
      return `const { session: ${name} = ${open} } = settings();`;
    default:
      return `const ${name} = ${open};`;
  }
}

/** A session of somebody else's may be passed: then none is opened. */
export function openUnlessPassed(writer: Writer, choice: number, context: Context, passed: string): Printed {
  const open = writer.open(context);
  const name = writer.fresh("c");
  const flag = writer.fresh("o");
  const texts = [
    `const ${name} = ${passed} ?? (${open});`,
    `const ${name} = ${passed} || (${open});`,
    `const ${name} = ${passed} ? ${passed} : ${open};`,
    `let ${name} = ${passed}; if (!${name}) ${name} = ${open};`,
    `const ${flag} = !${passed}; const ${name} = ${flag} ? ${open} : ${passed};`,
    `let ${name} = ${passed}; const ${flag} = !${name}; if (${flag}) { ${name} = ${open}; }`,
  ];
  const text = at(texts, choice)!;
  const held: Context = { ...context, held: [...context.held, name] };
  const owned = text.includes(`const ${flag}`) ? [flag] : [];
  return {
    text,
    context: {
      ...held,
      remembered: [...held.remembered, ...owned],
      passed: [...held.passed, { name, parameter: passed, ...(owned[0] ? { flag: owned[0] } : {}) }],
    },
  };
}

/** A statement that closes a session that may be somebody else's, where it is not. */
export function closeUnlessPassed(writer: Writer, choice: number, { passed }: Context): string | undefined {
  const one = at(passed, choice);
  if (!one) return undefined;
  const { name, parameter, flag } = one;
  const { words } = writer;
  const close = `${words.isCloseAwaited ? "await " : ""}${words.closes[0]!(name)}`;
  const texts = [
    `if (!${parameter}) ${close};`,
    `if (${name} !== ${parameter}) { ${close}; }`,
    `if (${parameter} == null) { ${close}; }`,
    `${parameter} || (${close});`,
    `if (${parameter}) { await work(); } else { ${close}; }`,
    `if (${flag ?? `!${parameter}`}) { ${close}; }`,
    `${parameter} ?? (${close});`,
  ];
  return at(texts, choice >> 2)!;
}

/** A conditional opening with the conditional close in `finally`. */
export function passedScope(writer: Writer, { pick, parts }: Nest, context: Context): string {
  const passed = at(context.givable, pick);
  if (!passed || !writer.mayOpen(context)) return noStatement;
  const opened = openUnlessPassed(writer, pick, context, passed);
  const added = opened.context.passed.at(-1)!;
  const close = closeUnlessPassed(writer, (pick >> 3) * 4, { ...opened.context, passed: [added] })!;
  const work = writer.block(parts[0], { ...opened.context, tryBlock: writer.freshTry() });
  return `{ ${opened.text} try ${work} finally { ${close} } }`;
}
