import { testTable } from "./table.js";

testTable("expressions", [
  {
    title: "optional chaining on nothing",
    code: `let c = null; c?.close(); c = await open(); c?.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "optional chaining cuts the arguments off",
    code: `const c = await open(); const nothing = null; nothing?.use(c.close());`,
    expected: "end: open · throw: absent",
  },
  {
    title: "optional chaining, longer",
    code: `const c = await open(); const nothing = undefined; nothing?.a.b(c.close()).d;`,
    expected: "end: open · throw: absent",
  },
  {
    title: "optional call of nothing",
    code: `const c = await open(); const nothing = undefined; nothing?.(c.close());`,
    expected: "end: open · throw: absent",
  },
  {
    title: "optional computed member",
    code: `const c = await open(); const nothing = undefined; nothing?.[c.close()];`,
    expected: "end: open · throw: absent",
  },
  {
    title: "computed member",
    code: `const c = await open(); ({})[c.close()];`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "and",
    code: `const c = await open(); (await decide()) && c.close();`,
    expected: "end: closed, open · throw: absent",
  },
  {
    title: "or",
    code: `const c = await open(); (await decide()) || c.close();`,
    expected: "end: closed, open · throw: absent",
  },
  { title: "nullish", code: `const c = await open(); null ?? c.close();`, expected: "end: closed · throw: absent" },
  {
    title: "nullish is not falsy",
    code: `const c = await open(); false ?? c.close();`,
    expected: "end: open · throw: absent",
  },
  {
    title: "conditional",
    code: `const c = await open(); (await decide()) ? c.close() : await work();`,
    expected: "end: closed, open · throw: absent, open@1",
  },
  {
    title: "conditional gives the resource",
    code: `const c = (await decide()) ? await open() : null; c?.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "or gives the resource",
    code: `let kept = null; const c = kept || (await open()); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "??= opens once",
    code: `let c; c ??= await open(); c ??= await open(); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "||= keeps what is there",
    code: `let c = await open(); c ||= await work(); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "&&= closes what is there",
    code: `let c = await open(); c &&= c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "&&= on nothing",
    code: `const c = await open(); let nothing = null; nothing &&= c.close();`,
    expected: "end: open · throw: absent",
  },
  {
    title: "sequence",
    code: `const c = (await work(), await open()); c.close(), await work();`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "arguments before the call",
    code: `const c = await open(); await use(await work(), c.close());`,
    expected: "end: closed · throw: absent, closed, open@1",
  },
  {
    title: "template",
    code: `const c = await open(); const text = \`\${await work()} \${c.close()}\`;`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "tagged template",
    code: `const c = await open(); String.raw\`\${c.close()}\`;`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "array and object literals",
    code: `const c = await open(); const list = [await work(), { key: c.close() }];`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "held in an object",
    code: `const box = { c: await open() }; await work(); box.c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "held in an array",
    code: `const [c] = [await open()]; c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "destructured",
    code: `const { c } = { c: await open() }; c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "destructured with a default",
    code: `const { c = await open() } = {}; c.close();`,
    expected: "end: absent, closed · throw: absent",
    notExecuted: "the interpreter does not know that an object lacks a member",
  },
  {
    title: "destructured with a default that fails",
    code: `const c = await open(); const { a = await work() } = { a: undefined }; c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "destructured, nested defaults",
    code: `const c = await open(); const { a: { b = c.close() } = {} } = {};`,
    expected: "end: closed, open · throw: absent",
    notExecuted: "the interpreter does not know that an object lacks a member",
  },
  {
    title: "array pattern with defaults and rest",
    code: `const [c = null, ...rest] = [await open()]; c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "unary operators",
    code: `const c = await open(); void c.close(); typeof c; !c; -1;`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "new evaluates its arguments",
    code: `const c = await open(); new Map(c.close() && []);`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "comma in for",
    code: `let c; for (c = await open(), await work(); await decide(); c.close(), await work()) {} c.close();`,
    expected: "end: closed · throw: absent, closed, open@1",
  },
  {
    title: "alias",
    code: `const c = await open(); const d = c; await work(); d.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "overwritten",
    code: `let c = await open();
c = null;`,
    expected: "end: lost · throw: absent",
  },
  {
    title: "overwritten with an alias left",
    code: `let c = await open(); const d = c; c = null; d.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "a promise that is awaited later",
    code: `const p = open();
await work(); const c = await p; c.close();`,
    expected: "end: closed · throw: absent, open@2",
    notExecuted: "a promise that rejects while nobody waits ends the process",
  },
  {
    title: "assignment as a value",
    code: `let c, d; d = c = await open(); d.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "assignment in a condition",
    code: `let c; if ((c = (await decide()) ? await open() : null)) c.close();`,
    expected: "end: absent, closed · throw: absent",
  },
  {
    title: "nothing after a call that never returns",
    code: `const c = await open(); if (await decide()) await stop(); c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "dynamic import",
    code: `const c = await open(); await import("node:fs"); c.close();`,
    expected: "end: closed · throw: absent, open@1",
    notExecuted: "an import cannot be made to fail here",
  },
  {
    title: "class with static parts",
    code: `const c = await open(); class A { static #x = 1; static { c.close(); } static y = 2; }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "class, static block fails",
    code: `const c = openNow(); class A { static {
step(); } } c.close();`,
    expected: "end: closed · throw: open@2",
    callThrows: true,
  },
  {
    title: "class, heritage and keys",
    code: `const c = await open(); class A extends (await decide(), Object) { [(c.close(), "key")]() {} }`,
    expected: "end: closed · throw: absent",
  },
]);
