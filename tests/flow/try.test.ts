import { testTable } from "./table.js";

testTable("try", [
  {
    title: "acquire, work, close",
    code: `const c = await open(); await work(); c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "try and finally",
    code: `const c = await open(); try { await work(); } finally { c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "work between opening and try",
    code: `const c = await open();
await work();
try { await work(); } finally { c.close(); }`,
    expected: "end: closed · throw: absent, closed, open@2",
  },
  {
    title: "closed in try and in catch",
    code: `const c = await open(); try { await work(); c.close(); } catch { c.close(); }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "closed in try only",
    code: `const c = await open(); try {
await work(); c.close(); } catch {}`,
    expected: "end: closed, open@2 · throw: absent",
  },
  {
    title: "a catch that fails first",
    code: `const c = await open(); try { await work(); c.close(); } catch {
await work(); c.close(); }`,
    expected: "end: closed · throw: absent, open@2",
  },
  {
    title: "a finally that fails first",
    code: `const c = await open(); try { await work(); } finally {
await work(); c.close(); }`,
    expected: "end: closed · throw: absent, closed, open@2",
  },
  {
    title: "opened in try, closed in finally with a guard",
    code: `let c; try { c = await open(); await work(); } finally { if (c) c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "return in try",
    code: `const c = await open(); try { if (await decide()) return; await work(); } finally { c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "return before close",
    code: `const c = await open();
if (await decide()) return;
c.close();`,
    expected: "end: closed, open@2 · throw: absent",
  },
  {
    title: "throw before close",
    code: `const c = await open();
if (await decide()) throw new Failure();
c.close();`,
    expected: "end: closed · throw: absent, open@2",
  },
  {
    title: "return in finally overrides a throw",
    code: `const c = await open(); try { await work(); } finally {
return; }`,
    expected: "end: open@2 · throw: absent",
  },
  {
    title: "throw in finally overrides a return",
    code: `const c = await open(); try { return; } finally {
throw new Failure(); }`,
    expected: "throw: absent, open@2",
  },
  {
    title: "break in finally overrides a return",
    code: `const c = await open(); for (;;) { try { return; } finally { break; } } c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "break in finally overrides a throw",
    code: `const c = await open(); for (;;) { try { await work(); } finally { break; } } c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "continue in finally overrides a return",
    code: `const c = await open(); for (const x of items()) { try { return; } finally { continue; } } c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "break of a label in finally overrides a throw",
    code: `const c = await open(); out: try { await work(); } finally { break out; } c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "return in catch",
    code: `const c = await open(); try { await work(); } catch { return; } finally { c.close(); }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "return in catch without finally",
    code: `const c = await open(); try { await work(); } catch {
return; } c.close();`,
    expected: "end: closed, open@2 · throw: absent",
  },
  {
    title: "rethrown",
    code: `const c = await open(); try { await work(); } catch (error) {
throw error; } c.close();`,
    expected: "end: closed · throw: absent, open@1",
  },
  {
    title: "closed and rethrown",
    code: `const c = await open(); try { await work(); } catch (error) { c.close(); throw error; } c.close();`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "three deep, each closing what is left",
    code: `let c = null; try { try { try { c = await open(); await work(); } finally { if (await decide()) { c?.close(); c = null; } } } catch { c?.close(); c = null; throw new Failure(); } } finally { c?.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "three deep, return from the middle",
    code: `const c = await open(); try { try { try { await work(); } finally { if (await decide()) return; } } catch { return; } } finally { c.close(); }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "three deep, throw through two finally",
    code: `const c = await open(); try { try { try { throw new Failure(); } finally { await work(); } } finally { await work(); } } catch { c.close(); }`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "three deep, the middle swallows",
    code: `const c = await open(); try { try { try { await work(); } catch { throw new Failure(); } } catch {} finally { if (await decide()) c.close(); } } finally {
await work(); }`,
    expected: "end: closed, open, open@1 · throw: absent, closed, open@2",
  },
  {
    title: "three deep with a loop between",
    code: `const c = await open(); try { for (const x of items()) { try { if (await decide()) continue; if (await decide()) break; try { await work(); } catch { continue; } finally { if (await decide()) break; } } finally { await work(); } } } finally { c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "three deep, labels out of each part",
    code: `const c = await open(); a: try { b: try { await work(); break a; } catch { break b; } finally { if (await decide()) break a; } await work(); } finally { c.close(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "break out of try, catch and finally, nothing closed on one",
    code: `const c = await open(); out: { try {
if (await decide()) break out; await work(); } catch {
break out; } c.close(); }`,
    expected: "end: closed, open@2, open@3 · throw: absent",
  },
  {
    title: "closed as the first statement of a try",
    code: `const c = await open(); try { c.close(); await work(); } catch { throw new Failure(); }`,
    expected: "end: closed · throw: absent, closed",
  },
  {
    title: "continue through finally",
    code: `for (const x of items()) { const c = await open(); try { if (await decide()) continue; await work(); } finally { c.close(); } }`,
    expected: "end: absent, closed · throw: absent, closed",
  },
  {
    title: "labelled continue through two finally",
    code: `outer: for (const x of items()) { const c = await open(); try { for (const y of items()) { try { continue outer; } finally { await work(); } } } finally { c.close(); } }`,
    expected: "end: absent, closed · throw: absent, closed",
  },
  {
    title: "labelled continue past the close",
    code: `outer: for (const x of items()) { const c = await open(); for (const y of items()) {
if (await decide()) continue outer; } c.close(); }`,
    expected: "end: absent, closed, open@2 · throw: absent",
  },
  {
    title: "labelled break through finally",
    code: `const c = await open(); outer: for (const x of items()) { try { for (const y of items()) break outer; } finally { c.close(); break; } } c.close();`,
    expected: "end: closed · throw: absent",
  },
  {
    title: "finally closes for some ways out",
    code: `const c = await open(); let done = false; try { await work(); done = true; } finally {
if (!done) c.close(); }`,
    expected: "end: open · throw: absent, closed",
  },
  {
    title: "calls fail too",
    code: `const c = await open(); try {
step(); c.close(); } catch {}`,
    expected: "end: closed, open@2 · throw: absent",
    callThrows: true,
  },
  {
    title: "an opening that is rejected holds nothing",
    code: `let c = null; try { c = await open(); } catch { return; } c.close();`,
    expected: "end: absent, closed",
  },
  {
    title: "an opening in a catch",
    code: `try { await work(); } catch {
const c = await open(); await work(); }`,
    expected: "end: absent, open · throw: absent, open@2",
  },
  {
    title: "an opening in a finally",
    code: `try { await work(); } finally { const c = await open();
await work(); c.close(); }`,
    expected: "end: closed · throw: absent, closed, open@2",
  },
]);
