import { testTable } from "./table.js";

testTable("functions", [
  {
    title: "generator, consumer may stop",
    code: `function* main() { const c = openNow();
yield 1; c.close(); }`,
    expected: "end: closed, open@2 · throw: open@2",
  },
  {
    title: "generator with finally",
    code: `function* main() { const c = openNow(); try { yield 1; } finally { c.close(); } }`,
    expected: "end: closed · throw: closed",
  },
  {
    title: "generator with catch only",
    code: `function* main() { const c = openNow(); try { yield 1; } catch { c.close(); } }`,
    expected: "end: closed, open, open@1",
  },
  {
    title: "async generator",
    code: `async function* main() { const c = await open(); try { for await (const x of stream()) yield x; } finally { c.close(); } }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "async generator, yield in finally",
    code: `async function* main() { const c = await open(); try { await work(); } finally {
yield 1; c.close(); } }`,
    expected: "end: closed, open@2 · throw: absent, closed, open@2",
  },
  {
    title: "async generator with using",
    code: `async function* main() { await using c = await open(); yield 1; yield 2; }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "async generator, return in finally stops the stop",
    code: `async function* main() { const c = await open(); for (;;) { try { yield 1; } finally { break; } } c.close(); }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "yield star",
    code: `async function* main() { const c = await open();
yield* stream(); c.close(); }`,
    expected: "end: closed, open@2 · throw: absent, open@2",
    notExecuted: "the fake stream knows no throw",
  },
  {
    title: "helper closes",
    code: `const shut = async (r) => { await r?.close(); }; const c = await open(); await shut(c);`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "helper closes what it captures",
    code: `let c = null; const shut = () => { if (c) c.close(); }; c = await open(); shut();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "helper closes sometimes",
    code: `const shut = async (r) => { if (await decide()) return; r.close(); }; const c = await open(); await shut(c);`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "helper fails first",
    code: `const shut = async (r) => {
await work(); r.close(); }; const c = await open(); await shut(c);`,
    expected: "end: closed · throw: absent, open@2",
  },
  {
    title: "helper opens",
    code: `const make = async () => { const c = await open(); await work(); return c; }; const c = await make(); c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "helper opens in an arrow",
    code: `const make = () => open(); const c = await make(); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "default parameters fail",
    code: `const run = (a = step()) => {}; const c = openNow(); try {
run(); c.close(); } finally {}`,
    expected: "end: closed · throw: open@1",
    callThrows: true,
  },
  {
    title: "default parameters evaluate",
    code: `const c = await open(); const run = (a = c.close()) => {}; run(undefined);`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "default parameters that are given",
    code: `const c = await open(); const run = (a = c.close()) => {}; run(1);`,
    expected: "end: open · throw: absent",
    notExecuted: "a literal",
  },
  {
    title: "default parameters, destructured",
    code: `const c = await open(); const run = ({ a = c.close() }) => {}; run({ a: undefined });`,
    expected: "end: closed, open · throw: absent",
    notExecuted: "members that hold nothing to follow are not kept",
  },
  {
    title: "default parameter of main opens",
    code: `async function main(c = openNow()) { await work(); }`,
    expected: "end: absent, open · throw: absent, open@1",
    notExecuted: "it may be passed",
  },
  {
    title: "then",
    code: `const c = await open(); await work().then(() => { c.close(); });`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "then with both",
    code: `const c = await open(); await work().then(() => c.close(), () => c.close());`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "catch",
    code: `const c = await open(); await work().catch(() => { c.close(); });`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "finally",
    code: `const c = await open(); await work().finally(() => c.close());`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "then, then finally",
    code: `const c = await open(); await work().then(async () => { await work(); }).finally(() => c.close());`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "then, then catch that fails",
    code: `const c = await open(); await work().then(() => c.close()).catch(async () => {
await work(); });`,
    expected: "end: closed, open@1 · throw: absent, open@2",
  },
  {
    title: "catch swallows",
    code: `const c = await open(); await work().catch(() => {}); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "finally that fails",
    code: `const c = await open(); await work().finally(async () => {
await work(); c.close(); });`,
    expected: "end: closed · throw: absent, closed, open@2",
  },
  {
    title: "the value goes through then",
    code: `const c = await open().then((it) => it); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "the value goes through finally",
    code: `const c = await open().finally(() => {}); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "the value goes into then",
    code: `await open().then((it) => { it.close(); });`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "the value goes into an async then",
    code: `await open().then(async (it) => { try { await work(); } finally { it.close(); } });`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "top-level await",
    code: `const c = await open(); await work(); c.close(); export {};`,
    expected: "end: closed · throw: absent, open@1",
    isModule: true,
    notExecuted: "a module",
  },
  {
    title: "top-level class with a static block",
    code: `class A { static { const c = openNow(); c.close(); } }`,
    expected: "end: closed",
    isModule: true,
    notExecuted: "a module",
  },
  {
    title: "top-level await using",
    code: `await using c = await open(); await work(); export {};`,
    expected: "end: closed · throw: absent, closed",
    isModule: true,
    notExecuted: "a module",
  },
  {
    title: "exported at the top",
    code: `export const c = await open(); await work(); c.close();`,
    expected: "end: closed · throw: absent, open@1",
    isModule: true,
    notExecuted: "a module",
  },
]);
