import { testTable } from "./table.js";

testTable("guards", [
  {
    title: "if (c)",
    code: `let c = null; if (await decide()) c = await open(); if (c) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "if (!c) return",
    code: `let c = null; if (await decide()) c = await open(); if (!c) return; c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "c &&",
    code: `let c = null; if (await decide()) c = await open(); c && c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "!c ||",
    code: `let c = null; if (await decide()) c = await open(); !c || c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "c?.",
    code: `let c = null; if (await decide()) c = await open(); await c?.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "c !== null",
    code: `let c = null; if (await decide()) c = await open(); if (c !== null) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "c === null",
    code: `let c = null; if (await decide()) c = await open(); if (c === null) return; c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "undefined !== c",
    code: `let c; if (await decide()) c = await open(); if (undefined !== c) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "c != void 0",
    code: `let c; if (await decide()) c = await open(); if (c != void 0) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "typeof",
    code: `let c; if (await decide()) c = await open(); if (typeof c !== "undefined") c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "typeof the other way",
    code: `let c; if (await decide()) c = await open(); if ("undefined" === typeof c) return; c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "Boolean(c) and !!c",
    code: `let c; if (await decide()) c = await open(); if (Boolean(c) && !!c) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "conditional expression",
    code: `let c; if (await decide()) c = await open(); c ? c.close() : null;`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "the wrong way round",
    code: `let c = null; if (await decide()) c = await open(); if (!c) await work(); else return;`,
    expected: "end: absent, open@1 · throw: absent",
  },
  {
    title: "in finally",
    code: `let c; try { c = await open(); await work(); } finally { c !== undefined && c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "flag: released",
    code: `const c = await open(); let released = false; try { await work(); c.close(); released = true; } finally { if (!released) c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "flag: never set",
    code: `const c = await open(); let released = true; if (!released) c.close();`,
    expected: "end: open · throw: absent",
  },
  {
    title: "flag: opened",
    code: `let opened = false; let c; if (await decide()) { c = await open(); opened = true; } if (opened === true) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "flag: not equal to false",
    code: `let opened = false; let c; if (await decide()) { c = await open(); opened = true; } if (opened !== false) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "flag from a guard",
    code: `let c = null; if (await decide()) c = await open(); const has = c !== null; if (has) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "flag from a negation",
    code: `let c = null; if (await decide()) c = await open(); const none = !c; if (!none) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "flags that are combined",
    code: `let c = null, a = false, b = false; if (await decide()) { c = await open(); a = true; } b = !a; if (!b && a) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "own or passed",
    code: `const passed = (await decide()) ? {} : undefined; const own = !passed; const c = passed ?? (await open()); await use(c); if (own) c.close();`,
    expected: "end: absent, closed · throw: absent, open@1",
  },
  {
    title: "own or passed, in try and finally",
    code: `const passed = await decide(); const own = !passed; const c = own ? await open() : null; try { await work(); } finally { if (own) c.close(); }`,
    expected: "end: absent, closed · throw: absent, closed",
  },
  {
    title: "own or passed, unknown parameter",
    code: `async function main(passed) { const own = !passed; const c = passed ?? await open(); if (own) c.close(); }`,
    expected: "end: absent, closed · throw: absent",
    notExecuted: "nothing is passed",
  },
  {
    title: "own or passed, compared",
    code: `async function main(passed) { const c = passed || await open(); try { await work(); } finally { if (!passed) c.close(); } }`,
    expected: "end: absent, closed · throw: absent, closed",
    notExecuted: "nothing is passed",
  },
  {
    title: "remembered decision",
    code: `const yes = await decide(); const c = yes ? await open() : null; await decide(); if (yes) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "remembered decision, turned",
    code: `const yes = await decide(); const c = yes ? await open() : null; if (!yes) return; else c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "decided anew",
    code: `const c = (await decide()) ? await open() : null;
if (await decide()) c?.close();`,
    expected: "end: absent, closed, open · throw: absent",
  },
  {
    title: "and of two guards",
    code: `let c = null; if (await decide()) c = await open(); if (c && (await decide())) c.close();`,
    expected: "end: absent, closed, open · throw: absent",
  },
  {
    title: "or of two guards",
    code: `let c = null; if (await decide()) c = await open(); if (c || (await decide())) c?.close();`,
    expected: "end: absent, closed · throw: absent",
  },
]);
