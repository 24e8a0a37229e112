import { testTable } from "./table.js";

testTable("scopes", [
  {
    title: "await using",
    code: `await using c = await open(); await work();`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "using",
    code: `using c = openNow(); if (await decide()) return; await work();`,
    expected: "end: closed · throw: closed",
  },
  {
    title: "several in a row",
    code: `await using a = await open(); await using b = await open(); await work();`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "several in one declaration",
    code: `await using a = await open(), b = await open(); await work();`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "in a block",
    code: `{ await using c = await open(); if (await decide()) throw new Failure(); } await work();`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "before it",
    code: `const c = await open(); await using d = await open(); await work(); c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "of what was opened before",
    code: `const c = await open();
await work(); await using d = c;`,
    expected: "end: closed · throw: absent, open@2",
  },
  {
    title: "of nothing",
    code: `await using c = (await decide()) ? await open() : null;`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "break and continue",
    code: `for (const x of items()) { await using c = await open(); if (await decide()) break; if (await decide()) continue; await work(); }`,
    expected: "end: absent, closed · throw: absent, closed",
  },
  {
    title: "labelled",
    code: `out: { await using c = await open(); break out; }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "in the head of for of",
    code: `for (using c of [openNow()]) { await work(); }`,
    expected: "end: closed · throw: closed",
  },
  {
    title: "in the head of for await",
    code: `for (await using c of [openNow()]) { if (await decide()) break; }`,
    expected: "end: closed",
  },
  {
    title: "in the head of for",
    code: `for (using c = openNow(); await decide(); ) { if (await decide()) return; await work(); }`,
    expected: "end: closed · throw: closed",
    notExecuted: "esbuild leaves it as it is",
  },
  {
    title: "in the head of for, two",
    code: `for (using c = openNow(), d = step(); await decide(); ) { }`,
    expected: "end: closed · throw: closed",
    callThrows: true,
    notExecuted: "esbuild leaves it as it is",
  },
  {
    title: "in a try",
    code: `try { await using c = await open(); await work(); } catch { await work(); }`,
    expected: "end: absent, closed · throw: absent, closed",
  },
  {
    title: "in a finally",
    code: `try { await work(); } finally { await using c = await open(); await work(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "in a case",
    code: `switch (await pick(2)) { case 0: { using c = openNow(); break; } default: await work(); }`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "returned value is made before",
    code: `using c = openNow(); return await work();`,
    expected: "end: closed · throw: closed",
    notExecuted: "a value is returned",
  },
  {
    title: "closed by hand as well",
    code: `await using c = await open(); c.close(); await work();`,
    expected: "end: closed · throw: absent, closed",
  },
  { title: "handed over", code: `await using c = await open(); keep(c);`, expected: "end: escaped · throw: absent" },
]);
