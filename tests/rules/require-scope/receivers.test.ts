import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { dedent, mongoSession, mysqlConnection, pgClient, queryRunner, verdicts } from "./support.js";

const client = { kind: "neverClosed", at: "pool.connect()", of: pgClient, variable: "client", line: "end" } as const;
const body = dedent(`
  export async function find() {
    const client = await pool.connect();
    return await client.query("SELECT 1");
  }
`);
const safe = dedent(`
  export async function find() {
    const client = await pool.connect();
    try {
      return await client.query("SELECT 1");
    } finally {
      client.release();
    }
  }
`);

testRule(
  "require-scope",
  rule,
  verdicts(
    "",
    {
      "named import": `import { Pool } from "pg";\nconst pool = new Pool();\n${safe}`,
      "another file's pool that is no pool": {
        files: { "db.ts": "export const pool = { async connect() { return { async query(sql: string) {} }; } };" },
        code: `import { pool } from "./db.js";\n${body}`,
      },
      "relative imports are not followed where that is switched off": {
        settings: { followImports: false, types: "off" },
        files: { "db.ts": 'import pg from "pg";\nexport const pool = new pg.Pool();' },
        code: `import { pool } from "./db.js";\n${body}`,
      },
      "a pool that is passed in and not typed": `
        import pg from "pg";
        export const types = pg.types;
        export async function find(pool) {
          const client = await pool.connect();
          return await client.query("SELECT 1");
        }
      `,
    },
    {
      "default import": { ...client, code: `import pg from "pg";\nconst pool = new pg.Pool();\n${body}` },
      "named import": { ...client, code: `import { Pool } from "pg";\nconst pool = new Pool();\n${body}` },
      "renamed import": {
        ...client,
        code: `import { Pool as Database } from "pg";\nconst pool = new Database();\n${body}`,
      },
      "namespace import": {
        ...client,
        code: `import * as pg from "pg";\nconst pool = new pg.Pool();\n${body}`,
      },
      "destructured from the default import": {
        ...client,
        code: `import pg from "pg";\nconst { Pool } = pg;\nconst pool = new Pool();\n${body}`,
      },
      "pg-pool": {
        ...client,
        code: `import Pool from "pg-pool";\nconst pool = new Pool();\n${body}`,
      },
      "pg's native bindings": {
        ...client,
        code: `import pg from "pg";\nconst pool = new pg.native.Pool();\n${body}`,
        parsers: ["espree", "typescript", "oxc"],
      },
      require: {
        ...client,
        filename: "case.cjs",
        code: `
          const { Pool } = require("pg");
          const pool = new Pool();
          exports.find = async function find() {
            const client = await pool.connect();
            return await client.query("SELECT 1");
          };
        `,
      },
      "a dynamic import": {
        ...client,
        code: `
          const { default: pg } = await import("pg");
          const pool = new pg.Pool();
          export async function find() {
            const client = await pool.connect();
            return await client.query("SELECT 1");
          }
        `,
      },
      "an alias of the pool": {
        ...client,
        at: "db.connect()",
        code: `
          import pg from "pg";
          const pool = new pg.Pool();
          const db = pool;
          export async function find() {
            const client = await db.connect();
            return await client.query("SELECT 1");
          }
        `,
      },
      "a function of the file that makes the pool": {
        ...client,
        at: "makePool().connect()",
        code: `
          import pg from "pg";
          export async function find() {
            const client = await makePool().connect();
            return await client.query("SELECT 1");
          }
          function makePool() {
            return new pg.Pool();
          }
        `,
      },
      "an annotated parameter": {
        ...client,
        code: `
          import type { Pool } from "pg";
          export async function find(pool: Pool) {
            const client = await pool.connect();
            return await client.query("SELECT 1");
          }
        `,
      },
      "a cast": {
        ...client,
        code: `
          import type { Pool } from "pg";
          export async function find(context: any) {
            const pool = context.pool as Pool;
            const client = await pool.connect();
            return await client.query("SELECT 1");
          }
        `,
      },
      "a constructor's parameter property": {
        kind: "neverClosed",
        at: "this.dataSource.createQueryRunner()",
        of: queryRunner,
        variable: "queryRunner",
        line: "  } // end",
        code: `
          import { DataSource } from "typeorm";
          export class Users {
            constructor(private readonly dataSource: DataSource) {}
            async save(user: object) {
              const queryRunner = this.dataSource.createQueryRunner();
              await queryRunner.manager.save(user);
            } // end
          }
        `,
      },
      "a field": {
        kind: "neverClosed",
        at: "this.pool.getConnection()",
        of: mysqlConnection,
        variable: "connection",
        line: "  } // end",
        code: `
          import mysql from "mysql2/promise";
          export class Names {
            pool = mysql.createPool({});
            async save() {
              const connection = await this.pool.getConnection();
              await connection.query("SELECT 1");
            } // end
          }
        `,
      },
      "a private field that the constructor fills": {
        kind: "neverClosed",
        at: "this.#client.startSession()",
        of: mongoSession,
        variable: "session",
        line: "  } // end",
        code: `
          import { MongoClient } from "mongodb";
          export class Accounts {
            #client;
            constructor(url) {
              this.#client = new MongoClient(url);
            }
            async pay(accounts) {
              const session = this.#client.startSession();
              await accounts.updateOne({}, {}, { session });
            } // end
          }
        `,
      },
      "a destructured pool": {
        ...client,
        code: `
          import type { Pool } from "pg";
          export async function find({ pool }: { pool: Pool }) {
            const client = await pool.connect();
            return await client.query("SELECT 1");
          }
        `,
      },
      "only the types show it": {
        kind: "discarded",
        at: "context.pool.connect()",
        of: pgClient,
        needsTypes: true,
        code: `
          interface Context {
            pool: import("pg").Pool;
          }
          export async function find(context: Context) {
            await context.pool.connect();
          }
        `,
      },
    },
  ),
);
