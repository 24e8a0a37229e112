import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const opening = `
        it("finds", async () => {
          const client = await pool.connect();
          expect(client.query).toHaveBeenCalled();
        });
      `;

// Tests that put something of their own in the place of what opens.
testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "spied on": `
        jest.spyOn(pool, "connect").mockResolvedValue({ query: jest.fn() });
        ${opening}
      `,
      "stubbed, elsewhere in the file": `
        beforeEach(() => {
          sinon.stub(pool, "connect").resolves({ query: sinon.fake() });
        });
        ${opening}
      `,
      "assigned anew": `
        pool.connect = vi.fn().mockResolvedValue({ query: vi.fn() });
        ${opening}
      `,
      "told what to give": `
        jest.mock("pg");
        pool.connect.mockResolvedValueOnce({ query: jest.fn() });
        ${opening}
      `,
      "told so with its type": {
        parsers: ["typescript"],
        code: `
          vi.mocked(pool.connect).mockResolvedValue({ query: vi.fn() });
          it("finds", async () => {
            const client = await pool.connect();
            expect(client.query).toHaveBeenCalled();
          });
        `,
      },
      "a pool in something else": `
        const context = { pool };
        jest.spyOn(context.pool, "connect").mockResolvedValue({ query: jest.fn() });
        it("finds", async () => {
          const client = await context.pool.connect();
          expect(client.query).toHaveBeenCalled();
        });
      `,
    },
    {
      "another method is": {
        at: "pool.connect()",
        of: pgClient,
        kind: "neverClosed",
        variable: "client",
        line: "});",
        code: `
          jest.spyOn(pool, "query").mockResolvedValue({ rows: [] });
          it("finds", async () => {
            const client = await pool.connect();
            expect(await client.query("SELECT 1")).toBeDefined();
          });
        `,
      },
      "another pool's is": {
        at: "pool.connect()",
        of: pgClient,
        kind: "neverClosed",
        variable: "client",
        line: "});",
        code: `
          const other = new pg.Pool({ max: 4 });
          jest.spyOn(other, "connect").mockResolvedValue({ query: jest.fn() });
          it("finds", async () => {
            const client = await pool.connect();
            expect(await client.query("SELECT 1")).toBeDefined();
          });
        `,
      },
      "it is wrapped, and not replaced": {
        at: "pool.connect()",
        of: pgClient,
        kind: "neverClosed",
        variable: "client",
        line: "}",
        code: `
          pool.connect = traced(pool.connect);
          export async function find() {
            const client = await pool.connect();
            await client.query("SELECT 1");
          }
        `,
      },
    },
  ),
);
