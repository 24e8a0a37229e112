import { describe, expect, it } from "vitest";
import { cannotReject } from "../../src/lifetimes/awaits.js";
import { probed } from "./support.js";

function isHarmless(expression: string, head = ""): boolean {
  const { node, resolver } = probed(`${head}\nprobe(${expression});`);
  return cannotReject(node, resolver);
}

const timers = 'import { setTimeout as sleep, setImmediate as soon } from "node:timers/promises";';

describe("awaits that cannot reject", () => {
  it.each<[name: string, expression: string, head?: string]>([
    ["a literal", "1"],
    ["a template", "`a`"],
    ["Promise.resolve()", "Promise.resolve()"],
    ["Promise.resolve of a literal", "Promise.resolve(1)"],
    ["Promise.allSettled", "Promise.allSettled([load()])"],
    ["a timer", "new Promise((resolve) => setTimeout(resolve, 100))"],
    ["a timer with a block", "new Promise((resolve) => { setTimeout(resolve, 100); })"],
    ["an immediate", "new Promise((resolve) => setImmediate(resolve))"],
    ["a cast", "Promise.allSettled([]) as Promise<unknown>"],
    ["a timer of node:timers/promises", "sleep(100)", timers],
    ["an immediate of node:timers/promises", "soon()", timers],
    ["an async function that handles everything", "log()", "async function log() { try { await send() } catch {} }"],
    ["an async function that does nothing", "log()", "async function log() { console.log(1) }"],
    ["an async arrow function", "log()", "const log = async () => { await send().catch(() => {}) }"],
    ["a function that gives a timer", "wait(1)", "const wait = (ms) => new Promise((r) => setTimeout(r, ms))"],
    ["one that returns it", "wait(1)", "function wait(ms) { return new Promise((r) => setTimeout(r, ms)); }"],
    ["through another harmless function", "b()", "async function a() {}\nasync function b() { await a(); }"],
    ["an executor that does more", "new Promise((resolve) => { load(); setTimeout(resolve, 1); })"],
  ])("%s", (_name, expression, head) => {
    expect(isHarmless(expression, head)).toBe(true);
  });
});

describe("awaits that may reject", () => {
  it.each<[name: string, expression: string, head?: string]>([
    ["an unknown call", "load()"],
    ["a name", "ready"],
    ["Promise.all", "Promise.all([load()])"],
    ["Promise.race", "Promise.race([load()])"],
    ["Promise.resolve of a promise", "Promise.resolve(load())"],
    ["Promise.reject", "Promise.reject()"],
    ["a promise that may reject", "new Promise((resolve, reject) => setTimeout(reject, 100))"],
    ["an executor that throws", "new Promise((resolve) => { if (isOff) throw new Error(); setTimeout(resolve, 1); })"],
    ["an executor that resolves with a promise", "new Promise((resolve) => { setTimeout(() => resolve(load()), 1); })"],
    ["an async executor", "new Promise(async (resolve) => setTimeout(resolve, 1))"],
    ["a timer with a signal", "sleep(100, undefined, { signal })", timers],
    ["a sleep of another package", "sleep(100)", 'import { setTimeout as sleep } from "timers-extra";'],
    ["an async function that awaits", "log()", "async function log() { await send() }"],
    ["one that throws", "log()", "async function log() { throw new Error() }"],
    ["one that throws in its catch", "log()", "async function log() { try { await send() } catch (e) { throw e } }"],
    ["one that awaits in its finally", "log()", "async function log() { try {} catch {} finally { await send() } }"],
    ["one that returns another's promise", "log()", "async function log() { return send() }"],
    ["one that iterates over a stream", "log()", "async function log() { for await (const x of y) {} }"],
    ["a catch whose handler throws", "log()", "const log = async () => { await send().catch((e) => { throw e }) }"],
    ["a function that gives an unknown promise", "log()", "const log = () => send()"],
  ])("%s", (_name, expression, head) => {
    expect(isHarmless(expression, head)).toBe(false);
  });

  it("a function that calls itself is not followed for ever", () => {
    expect(isHarmless("again()", "async function again() { await again(); }")).toBe(false);
  });
});
