import { testTable } from "./table.js";

testTable("loops", [
  {
    title: "while",
    code: `while (await decide()) { const c = await open(); await work(); c.close(); }`,
    expected: "end: absent, closed · throw: absent, open@1",
  },
  {
    title: "while, closed after",
    code: `let c = null; while (await decide()) { c?.close(); c = await open(); } c?.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "do while closes in its first turn",
    code: `const c = await open(); do { c.close(); } while (await decide());`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "do while with continue to the test",
    code: `const c = await open(); do { if (await decide()) continue; c.close(); } while (await decide());`,
    expected: "end: closed, open@1 · throw: absent",
  },
  {
    title: "do while with break",
    code: `const c = await open(); do { if (await decide()) break; c.close(); } while (await decide());`,
    expected: "end: closed, open@1 · throw: absent",
  },
  {
    title: "while may not turn",
    code: `const c = await open(); while (await decide()) { c.close(); break; }`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "endless, left by break",
    code: `const c = await open(); while (true) { if (await decide()) { c.close(); break; } await decide(); }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "endless, left by return and throw only",
    code: `const c = await open(); for (;;) { if (await decide()) return; await work(); }`,
    expected: "end: open@1 · throw: absent, open@1",
  },
  {
    title: "for with parts",
    code: `const c = await open(); for (let i = 0; i < (await decide()); i++) { c.close(); }`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "for, update fails",
    code: `const c = await open(); for (let i = 0; await decide(); await work()) { } c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "for, update closes",
    code: `const c = await open(); for (let i = 0; await decide(); c.close()) { if (await decide()) continue; if (await decide()) break; }`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "for, init opens",
    code: `for (let c = await open(); await decide(); ) { c.close(); }`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "for of",
    code: `for (const x of items()) { const c = await open(); if (await decide()) break; c.close(); }`,
    expected: "end: absent, closed, open@1 · throw: absent",
  },
  {
    title: "for of with a default in its head",
    code: `for (const [c = openNow()] of [[]]) { c.close(); }`,
    expected: "end: absent, closed",
    notExecuted: "what a list holds beside the resource is not known to the interpreter",
  },
  {
    title: "for in",
    code: `const c = await open(); for (const k in keys()) { if (await decide()) return; } c.close();`,
    expected: "end: closed, open@1 · throw: absent",
  },
  {
    title: "for await fails at each step",
    code: `const c = await open(); for await (const x of stream()) { } c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "for await within try",
    code: `const c = await open(); try { for await (const x of stream()) { if (await decide()) break; } } finally { c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "for await, continue",
    code: `const c = await open(); for await (const x of stream()) { if (await decide()) continue; c.close(); return; }`,
    expected: "end: closed, open · throw: absent, open@1",
  },
  {
    title: "nested loops with labels",
    code: `a: while (await decide()) { const c = await open(); b: while (await decide()) { if (await decide()) continue a; if (await decide()) break b; if (await decide()) break a; } c.close(); }`,
    expected: "end: absent, closed, open@1 · throw: absent",
  },
  {
    title: "two labels on one loop",
    code: `const c = await open(); a: b: for (const x of items()) { if (await decide()) continue a; if (await decide()) continue b; c.close(); break a; }`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "break of an inner loop stays inside",
    code: `const c = await open(); while (await decide()) { for (;;) { break; } c.close(); return; }`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "what a turn leaves behind",
    code: `let c = null; while (await decide()) { c = await open(); } if (c) c.close();`,
    expected: "end: absent, closed · throw: absent",
    notExecuted: "a turn that opens again loses what the turn before opened; the last is closed",
  },
  {
    title: "a flag turns with the loop",
    code: `let c = null; let has = false; while (await decide()) { if (has) { c.close(); has = false; } else { c = await open(); has = true; } } if (has) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "switch, each case",
    code: `const c = await open(); switch (await pick(3)) { case 0: c.close(); break; case 1: c.close(); break; default: c.close(); }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "switch without default",
    code: `const c = await open(); switch (await pick(3)) { case 0: c.close(); break; case 1: c.close(); break; }`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "switch, fall-through",
    code: `const c = await open(); switch (await pick(4)) { case 0: await work(); case 1: c.close(); break; case 2:
break; default: c.close(); }`,
    expected: "end: closed, open@2 · throw: absent, open@1",
  },
  {
    title: "switch, default in the middle falls through",
    code: `const c = await open(); switch (await pick(3)) { case 0: break; default: await work(); case 1: c.close(); }`,
    expected: "end: closed, open@1 · throw: absent, open@1",
  },
  {
    title: "switch, default first",
    code: `const c = await open(); switch (await pick(3)) { default: c.close(); break; case 0: case 1: return; }`,
    expected: "end: closed, open@1 · throw: absent",
  },
  {
    title: "switch in a loop: continue is the loop's",
    code: `for (const x of items()) { const c = await open(); switch (await pick(3)) { case 0: continue; case 1: break; default: c.close(); } c.close(); }`,
    expected: "end: absent, closed, open@1 · throw: absent",
  },
  {
    title: "switch, tests that fail",
    code: `const c = await open(); switch (await pick(2)) { case await work(): c.close(); break; default: c.close(); }`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "switch, tests that close",
    code: `const c = await open(); switch (await pick(2)) { case c.close(): return; case 1: return; }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "switch within try and finally",
    code: `const c = await open(); try { switch (await pick(2)) { case 0: return; default: throw new Failure(); } } finally { c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
]);
