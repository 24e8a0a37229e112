import { describe, expect, it } from "vitest";
import { hasUnawaitedCallAfter } from "../../src/fixes/aftermath.js";
import { findCalls, findNodes, inspect } from "./support.js";

function isFollowed(body: string): boolean {
  return inspect(`async function f() {\n${body}\n}`, ({ sourceCode }) =>
    hasUnawaitedCallAfter(findCalls(sourceCode, "s.close")[0]!, sourceCode),
  );
}

describe("a call after the close whose result is not awaited", () => {
  it.each([
    "await s.close(); return x.notify();",
    "await s.close(); const p = send(); return p;",
    "await s.close(); return new Job();",
    "await s.close(); return import('x');",
    "await s.close(); return x ? { p: send() } : y;",
    "try { await g(); } finally { await s.close(); } return x?.notify();",
    "if (x) { await s.close(); } return x.notify();",
    "if (x) { await s.close(); return send(); } else { y(); } return z;",
    "return [await s.close(), send()];",
    "return g().finally(() => s.close()), send();",
    "for (;;) { await s.close(); p = send(); break; }",
    "await s.close(); return x.map(async (y) => y);",
  ])("%s", (body) => expect(isFollowed(body)).toBe(true));
  it.each([
    "x.notify(); await s.close();",
    "await s.close(); x.notify();",
    "await s.close(); response.status(201).json(x);",
    "await s.close(); return x.map((y) => y);",
    "await s.close(); return x;",
    "await s.close(); return await x.notify();",
    "await s.close(); return await Promise.all([send(), y()]);",
    "await s.close(); return () => send();",
    "await s.close(); console.log(x); throw new TypeError(String(x));",
    "if (x) { await s.close(); return; } return z();",
    "try { return await g(); } finally { await s.close(); }",
  ])("not: %s", (body) => expect(isFollowed(body)).toBe(false));
  it("in the scope only", () => {
    const isFollowedInBlock = inspect(
      "async function f() { { await s.close(); } return x.notify(); }",
      ({ sourceCode }) => {
        const isBlock = (node: { type: string; parent?: { type: string } }): boolean =>
          node.type === "BlockStatement" && node.parent?.type === "BlockStatement";
        const [block] = findNodes(sourceCode, isBlock as never);
        return hasUnawaitedCallAfter(findCalls(sourceCode, "s.close")[0]!, sourceCode, block);
      },
    );
    expect(isFollowedInBlock).toBe(false);
  });
});
