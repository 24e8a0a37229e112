import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { mysqlConnection, pgClient, preambles, queryRunner, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "a module-level client": `
        const client = await pool.connect();
        export const find = () => client.query("SELECT 1");
      `,
      "a module-level client without export": `
        const client = await pool.connect();
        await client.query("SELECT 1");
      `,
      "a static block": `
        export class Store {
          static client;
          static {
            pool.connect().then((client) => {
              Store.client = client;
            });
          }
        }
      `,
      "a listener that lives as long as the program": `
        export async function listen(onJob) {
          const client = await pool.connect();
          client.on("notification", onJob);
          await client.query("LISTEN jobs");
        }
      `,
      "a listener through a template": `
        export async function listen(channel, onJob) {
          const client = await pool.connect();
          await client.query(\`LISTEN \${channel}\`);
          client.on("notification", (message) => onJob(message));
        }
      `,
      "a listener that is returned with its end": `
        export async function listen(onJob) {
          const client = await pool.connect();
          client.on("notification", onJob);
          await client.query("LISTEN jobs");
          return () => client.release();
        }
      `,
      "suite variables of beforeEach and afterEach": `
        import { afterEach, beforeEach, describe, it } from "vitest";
        describe("users", () => {
          let client;
          beforeEach(async () => {
            client = await pool.connect();
            await client.query("BEGIN");
          });
          afterEach(async () => {
            await client.query("ROLLBACK");
            client.release();
          });
          it("finds", async () => {
            await client.query("SELECT 1");
          });
        });
      `,
      "an opening that a test expects to be rejected": `
        import { expect, it } from "vitest";
        it("rejects", async () => {
          await expect(pool.connect()).rejects.toThrow();
        });
      `,
      "process.exit() after the work of a script": `
        export async function main() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } catch (error) {
            console.error(error);
            process.exit(1);
          }
          process.exit(0);
        }
      `,
      "every branch exits or releases": `
        export async function main(flag) {
          const client = await pool.connect();
          if (flag) process.exit(2);
          client.release();
        }
      `,
    },
    {
      "a function of the module that opens for itself": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          async function main() {
            const client = await pool.connect();
            await client.query("SELECT 1");
          }
          await main();
        `,
      },
      "a test that forgets its client": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "});",
        code: `
          import { it } from "vitest";
          it("finds", async () => {
            const client = await pool.connect();
            await client.query("SELECT 1");
          });
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.typeorm,
    {
      "a private field that a member releases": `
        export class Unit {
          #runner;
          async start() {
            this.#runner = dataSource.createQueryRunner();
            await this.#runner.connect();
          }
          async finish() {
            await this.#runner.release();
          }
        }
      `,
      "a private field that a member hands out": `
        export class Unit {
          #runner;
          async start() {
            this.#runner = dataSource.createQueryRunner();
            await this.#runner.connect();
          }
          get runner() {
            return this.#runner;
          }
        }
      `,
      "a private field that a member passes on": `
        export class Unit {
          #runner;
          async start(register) {
            this.#runner = dataSource.createQueryRunner();
            await this.#runner.connect();
            register(this.#runner);
          }
        }
      `,
      "a public field": `
        export class Unit {
          async start() {
            this.runner = dataSource.createQueryRunner();
            await this.runner.connect();
          }
        }
      `,
      "a TypeScript private field that a member releases": `
        export class Unit {
          private readonly runner = dataSource.createQueryRunner();
          async find() {
            return await this.runner.query("SELECT 1");
          }
          async close() {
            await this.runner.release();
          }
        }
      `,
    },
    {
      "a #field that no member closes": {
        kind: "neverClosed",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        line: "  } // end",
        code: `
          export class Unit {
            #runner;
            async start() {
              this.#runner = dataSource.createQueryRunner();
              await this.#runner.connect();
            } // end
            async find() {
              return await this.#runner.query("SELECT 1");
            }
          }
        `,
      },
      "a TypeScript private field that no member closes": {
        kind: "neverClosed",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        line: "end",
        code: `
          export class Unit {
            private readonly runner = dataSource.createQueryRunner();
            async find() {
              return await this.runner.query("SELECT 1");
            }
          }
        `,
      },
      "a private field that the constructor fills": {
        kind: "neverClosed",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        line: "  } // end",
        code: `
          export class Unit {
            #runner;
            constructor() {
              this.#runner = dataSource.createQueryRunner();
            } // end
            async find(User) {
              return await this.#runner.manager.find(User);
            }
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mysql2,
    {
      "kept by a cache of the class": `
        export class Store {
          #connections = new Map();
          async take(id) {
            const connection = await pool.getConnection();
            this.#connections.set(id, connection);
            return id;
          }
          give(id) {
            this.#connections.get(id).release();
          }
        }
      `,
    },
    {
      "taken by a private field that nobody gives back": {
        kind: "neverClosed",
        at: "pool.getConnection()",
        of: mysqlConnection,
        line: "  } // end",
        code: `
          export class Store {
            #connection;
            async open() {
              this.#connection = await pool.getConnection();
            } // end
            async find() {
              return await this.#connection.query("SELECT 1");
            }
          }
        `,
      },
    },
  ),
);
