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
      "destroyed where it failed, and released where not": `
        export async function work() {
          const resource = await pool.acquire();
          let failure;
          try {
            return await resource.run();
          } catch (error) {
            failure = error;
            throw error;
          } finally {
            if (failure) await pool.destroy(resource);
            else await pool.release(resource);
          }
        }
      `,
      "tarn's pending acquires": `
        import { Pool } from "tarn";
        const own = new Pool({ create: async () => ({}), destroy() {}, min: 0, max: 4 });
        export async function work() {
          const resource = await own.acquire().promise;
          own.release(resource);
          await own.destroy();
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
      "released on one of two ways": {
        at: "pool.acquire()",
        of: pooledResource,
        variable: "resource",
        kind: "notClosedOnSomePath",
        line: "return false",
        code: `
          export async function work(isWanted) {
            const resource = await pool.acquire();
            if (!isWanted) return false;
            return resource.run().finally(() => pool.release(resource));
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
