import { at, type Context } from "./context.js";
import type { Test } from "./drafts.js";
import type { LibraryWords } from "./libraries.js";
import { both } from "./printed.js";

export const noStatement = "await work();";

/** A choice of `closeOf` by which the session's own method is called. */
export function directly(choice: number): number {
  return 20 + (choice % 12);
}

/** A statement that closes a session that is surely there. */
export function closeOf(words: LibraryWords, name: string, choice: number): string {
  const close = at(words.closes, choice)!(name);
  const waiting = words.isCloseAwaited ? `await ${close};` : `${close};`;
  const { guard } = words;
  switch ((choice >> 2) % 8) {
    case 0:
      return `await shut(${name});`;
    case 1:
      return words.isCloseAwaited ? `await ${close}.finally(() => {});` : waiting;
    case 2:
      return words.isCloseAwaited ? `${close};` : waiting;
    case 3:
      return guard ? `if (!${name}.${guard}) { ${waiting} }` : waiting;
    case 4:
      return `if (${name}) ${waiting}`;
    default:
      return waiting;
  }
}

/** A statement that closes what a variable holds, if it holds anything. */
export function closeOfSlot(words: LibraryWords, name: string, choice: number): string {
  const close = at(words.closes, choice)!(name);
  const wait = words.isCloseAwaited ? "await " : "";
  const { guard } = words;
  switch ((choice >> 2) % 9) {
    case 0:
      return `if (${name}) ${wait}${close};`;
    case 1:
      return `${name} && ${wait ? `(${wait}${close})` : close};`;
    case 2:
      return `if (${name} != null) { ${wait}${close}; ${name} = null; }`;
    case 3:
      return `await shut(${name});`;
    case 4:
      return `if (!${name}) await work(); else ${wait}${close};`;
    case 5:
      return `${name} ? ${wait}${close} : undefined;`;
    case 6:
      return guard ? `if (${name} && !${name}.${guard}) ${wait}${close};` : `if (${name}) ${wait}${close};`;
    default:
      return close.startsWith(`${name}.`)
        ? `${wait}${name}?.${close.slice(name.length + 1)};`
        : `if (${name}) ${wait}${close};`;
  }
}

export function useOf(words: LibraryWords, name: string, choice: number): string {
  const use = words.use(name);
  switch (choice % 9) {
    case 4:
      return `await Promise.allSettled([${use}, work()]);`;
    case 5:
      return `await Promise.all([${use}, ${use}]);`;
    case 1:
      return `await borrow(${name});`;
    case 2:
      return `await ${use}.catch(() => {});`;
    case 3:
      return `await Promise.all([${use}, work()]);`;
    default:
      return `await ${use};`;
  }
}

export function handOverOf(words: LibraryWords, name: string, choice: number, isMain: boolean): string {
  const close = words.closes[0]!(name);
  const kept = both("", `keep(${name}); `);
  const ways = [
    `keep(${name});`,
    `box.session = ${name};`,
    `{ const all = ${both("[]", "list()")}; all.push(${name}); box.all = all; }`,
    `${kept}bus.once("end", () => { ${close}; });`,
    ...(isMain
      ? [
          `${kept}return ${name};`,
          `${kept}return { session: ${name} };`,
          `${kept}return [${name}];`,
          `${kept}return () => ${close};`,
        ]
      : []),
  ];
  return at(ways, choice)!;
}

/** What is asked of the elements of a list. */
const questions = [
  "items().some(() => coin())",
  "items().every(() => coin())",
  "items().map(() => ({})).find(() => coin())",
  "items().findIndex(() => coin()) > -1",
  "items().reduce((count) => count + 1, 0)",
  "items().filter(() => coin()).length > 0",
];

export function testOf(test: Test, context: Context): string {
  switch (test.kind) {
    case "decide":
      return "await decide()";
    case "coin":
      return "coin()";
    case "asked":
      return at(questions, test.pick)!;
    case "flag": {
      const flag = at(context.flags, test.pick);
      if (!flag) return "coin()";
      return at([flag, `${flag} === true`, `false !== ${flag}`, `!${flag}`], test.pick >> 1)!;
    }
    case "slot": {
      const slot = at(context.slots, test.pick);
      if (!slot) return "coin()";
      return at([slot, `${slot} != null`, `Boolean(${slot})`, `${slot} == undefined`, `!!${slot}`], test.pick >> 1)!;
    }
    case "remembered":
      return at(context.remembered, test.pick) ?? "await decide()";
    case "parameter":
      return at(context.parameters, test.pick) ?? "coin()";
    case "not":
      return `!(${testOf(test.of, context)})`;
    case "and":
    case "or":
      return `(${testOf(test.left, context)}) ${test.kind === "and" ? "&&" : "||"} (${testOf(test.right, context)})`;
  }
}
