import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { fixes, mariadbConnection, neonClient, oracleConnection, pooledResource } from "../support.js";

const settings = { scopeStyle: "using", runtime: true } as const;
const withLease = { filename: "case.ts", settings };
const withoutRuntime = { filename: "case.ts", settings: { ...settings, runtime: false } };

const oracledb = `import oracledb from "oracledb";
const pool = await oracledb.createPool({ poolMax: 4, queueTimeout: 1000 });
`;
const genericPool = `import { createPool } from "generic-pool";
const pool = createPool({ create: async () => ({ async run() {} }), destroy: async () => {} }, { max: 4, acquireTimeoutMillis: 1000 });
`;
const mariadb = `import { createPool } from "mariadb";
const pool = createPool({ connectionLimit: 4, acquireTimeout: 1000 });
`;
const neon = `import { Pool } from "@neondatabase/serverless";
const pool = new Pool({ max: 4, connectionTimeoutMillis: 1000 });
`;

function withImport(preamble: string): string {
  return preamble.replace("\n", '\nimport { lease } from "db-session";\n');
}

const execute = `
  export async function find() {
    const connection = await pool.getConnection();
    await connection.execute("SELECT 1 FROM dual");
    await connection.close();
  }
`;
const oracle = { at: "pool.getConnection()", of: oracleConnection, variable: "connection" } as const;

testRule(
  "oracledb",
  rule,
  fixes(oracledb, {
    "of an unknown version: a lease": {
      ...oracle,
      ...withLease,
      kind: "notClosedOnThrow",
      line: "connection.execute",
      code: execute,
      head: withImport(oracledb),
      fixed: `
        export async function find() {
          await using connection = await lease(pool);
          await connection.execute("SELECT 1 FROM dual");
        }
      `,
    },
    "from version 7: its own disposal, without a second close": {
      ...oracle,
      ...withoutRuntime,
      files: { "package.json": '{ "type": "module", "dependencies": { "oracledb": "^7.0.0" } }' },
      kind: "notClosedOnThrow",
      line: "connection.execute",
      code: execute,
      fixed: `
        export async function find() {
          await using connection = await pool.getConnection();
          await connection.execute("SELECT 1 FROM dual");
        }
      `,
    },
    "the module's own is no pool": {
      ...oracle,
      ...withLease,
      at: "oracledb.getConnection()",
      kind: "notClosedOnThrow",
      line: "connection.execute",
      code: `
        export async function find() {
          const connection = await oracledb.getConnection();
          await connection.execute("SELECT 1 FROM dual");
          await connection.close();
        }
      `,
      fixed: `
        export async function find() {
          const connection = await oracledb.getConnection();
          try {
            await connection.execute("SELECT 1 FROM dual");
          } finally {
            await connection.close();
          }
        }
      `,
    },
  }),
);

testRule(
  "generic-pool",
  rule,
  fixes(genericPool, {
    "a lease, which gives the resource back": {
      ...withLease,
      at: "pool.acquire()",
      of: pooledResource,
      variable: "resource",
      kind: "notClosedOnThrow",
      line: "resource.run",
      code: `
        export async function work() {
          const resource = await pool.acquire();
          await resource.run();
          await pool.release(resource);
        }
      `,
      head: withImport(genericPool),
      fixed: `
        export async function work() {
          await using resource = await lease(pool);
          await resource.run();
        }
      `,
    },
  }),
);

const straight = `
  export async function find() {
    const connection = await pool.getConnection();
    await connection.beginTransaction();
    await connection.query("INSERT INTO t VALUES (1)");
    await connection.commit();
    await connection.release();
  }
`;

testRule(
  "mariadb",
  rule,
  fixes(mariadb, {
    "its own disposal, which rolls back": {
      ...withLease,
      at: "pool.getConnection()",
      of: mariadbConnection,
      variable: "connection",
      kind: "notClosedOnThrow",
      line: "connection.query",
      code: straight,
      fixed: `
        export async function find() {
          await using connection = await pool.getConnection();
          await connection.beginTransaction();
          await connection.query("INSERT INTO t VALUES (1)");
          await connection.commit();
        }
      `,
    },
    "an older version: a lease": {
      ...withLease,
      files: { "node_modules/mariadb/package.json": '{ "name": "mariadb", "version": "3.4.7" }' },
      parsers: ["typescript"],
      at: "pool.getConnection()",
      of: mariadbConnection,
      variable: "connection",
      kind: "notClosedOnThrow",
      line: "connection.query",
      code: straight,
      head: withImport(mariadb),
      fixed: `
        export async function find() {
          await using connection = await lease(pool);
          await connection.beginTransaction();
          await connection.query("INSERT INTO t VALUES (1)");
          await connection.commit();
        }
      `,
    },
  }),
);

testRule(
  "neon",
  rule,
  fixes(neon, {
    "a lease": {
      ...withLease,
      at: "pool.connect()",
      of: neonClient,
      variable: "client",
      kind: "notClosedOnThrow",
      line: 'client.query("INSERT',
      code: `
        export async function save() {
          const client = await pool.connect();
          await client.query("BEGIN");
          await client.query("INSERT INTO t VALUES (1)");
          await client.query("COMMIT");
          client.release();
        }
      `,
      head: withImport(neon),
      fixed: `
        export async function save() {
          await using client = await lease(pool);
          await client.query("BEGIN");
          await client.query("INSERT INTO t VALUES (1)");
          await client.query("COMMIT");
        }
      `,
    },
  }),
);
