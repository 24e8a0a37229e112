import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { pooledResource, verdicts } from "../support.js";

const preamble = `import { createPool } from "generic-pool";
const pool = createPool({ create: async () => ({ run() {} }), destroy: async () => {} }, { max: 4, acquireTimeoutMillis: 1000 });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "released in finally": `
        export async function work() {
          const resource = await pool.acquire();
          try {
            return await resource.run();
          } finally {
            await pool.release(resource);
          }
        }
      `,
      "released, or destroyed": `
        export async function work() {
          const resource = await pool.acquire();
          try {
            await resource.run();
            await pool.release(resource);
          } catch {
            await pool.destroy(resource);
          }
        }
      `,
      "a scope of the library's own": `
        export const work = () => pool.use(async (resource) => await resource.run());
      `,
      "a pool of something else": `
        import { createPool as createWorkers } from "lightning-pool";
        const workers = createWorkers({}, {});
        export async function work() {
          const worker = await workers.acquire();
          await worker.run();
        }
      `,
    },
    {
      "released where nothing threw": {
        at: "pool.acquire()",
        of: pooledResource,
        variable: "resource",
        kind: "notClosedOnThrow",
        line: "await resource.run",
        code: `
          export async function work() {
            const resource = await pool.acquire();
            await resource.run();
            await pool.release(resource);
          }
        `,
      },
      "never released": {
        at: "pool.acquire()",
        of: pooledResource,
        variable: "resource",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function work() {
            const resource = await pool.acquire();
            return await resource.run();
          }
        `,
      },
    },
  ),
);
