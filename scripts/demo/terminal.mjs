// What the demo prints. Lines are only ever added, so that a terminal and a CI log show the same.
import { clearInterval, setInterval } from "node:timers";
import { styleText } from "node:util";

export const colours = !process.env.NO_COLOR && (process.stdout.isTTY || Boolean(process.env.FORCE_COLOR));

/** @param {Parameters<typeof styleText>[0]} style */
export function paint(style, text) {
  return colours ? styleText(style, text) : text;
}

export function say(title, text) {
  console.log(`\n${paint("bold", title)}\n${text}\n`);
}

/** The demo did not show what it says; the message is for whoever looks at it. */
export class DemoFailure extends Error {}

/** @returns {never} */
export function fail(reason) {
  throw new DemoFailure(reason);
}

export function withoutColours(text) {
  return text.replace(/\u001b\[\d+m/gu, "");
}

/** Runs `work` and shows that it goes on: the text, a dot every quarter of a second, and at the end the time it took. */
export async function showProgress(text, work) {
  process.stdout.write(`${text} `);
  const start = performance.now();
  const dots = setInterval(() => process.stdout.write("."), 250);
  try {
    const result = await work();
    process.stdout.write(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stdout.write(" failed\n");
    throw error;
  } finally {
    clearInterval(dots);
  }
}
