import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { firstMysqlConnection, mysqlCallbackConnection, pgClient, verdicts } from "./support.js";

const imported =
  'import { promisify } from "node:util";\nimport mysql from "mysql2";\n' +
  "const pool = mysql.createPool({ connectionLimit: 4 });\n" +
  "const getConnection = promisify(pool.getConnection).bind(pool);\n";

const opening = { at: "getConnection()", of: mysqlCallbackConnection, variable: "connection" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    imported,
    {
      "released in finally": `
        export async function find() {
          const connection = await getConnection();
          try {
            return await connection.promise().query("SELECT 1");
          } finally {
            connection.release();
          }
        }
      `,
      "a probe": `
        export async function check() {
          try {
            const connection = await getConnection();
            console.log("connected");
            connection.release();
          } catch (error) {
            console.error(error);
          }
        }
      `,
      "its methods promisified too": `
        export async function save(work) {
          const connection = await getConnection();
          try {
            await promisify(connection.beginTransaction).bind(connection)();
            await work(connection);
            await promisify(connection.commit).bind(connection)();
          } catch (error) {
            await promisify(connection.rollback).bind(connection)();
            throw error;
          } finally {
            connection.release();
          }
        }
      `,
      "a promisified method that is called on it": `
        export async function find() {
          const connection = await getConnection();
          try {
            return await promisify(connection.query).call(connection, "SELECT 1");
          } finally {
            connection.release.call(connection);
          }
        }
      `,
      "handed over with a promisified method": `
        export async function open() {
          const connection = await getConnection();
          const query = promisify(connection.query).bind(connection);
          return { connection, query };
        }
      `,
      "not what opens": `
        const end = promisify(pool.end).bind(pool);
        export const stop = async () => {
          await end();
        };
      `,
      "not util's promisify": `
        export async function find(promisify) {
          const connection = await promisify(pool.getConnection).bind(pool)();
          await connection.ping();
          connection.release();
        }
      `,
      "a callback of the promisified method is not waited for": `
        export async function find() {
          const connection = await getConnection();
          connection.query("SELECT 1", (failure) => {
            if (failure) throw failure;
          });
          connection.release();
        }
      `,
    },
    {
      "a method of the module": {
        ...opening,
        kind: "notClosedOnThrow",
        line: "await connection.promise()",
        code: `
          export async function find() {
            const connection = await getConnection();
            const [rows] = await connection.promise().query("SELECT 1");
            connection.release();
            return rows;
          }
        `,
      },
      "used through a promisified query": {
        ...opening,
        kind: "notClosedOnThrow",
        line: "await query(",
        code: `
          export async function find() {
            const connection = await getConnection();
            const query = promisify(connection.query).bind(connection);
            const rows = await query("SELECT 1");
            connection.release();
            return rows;
          }
        `,
      },
      "used through a promisified query that is called on it": {
        ...opening,
        kind: "notClosedOnThrow",
        line: "await promisify(",
        code: `
          export async function find() {
            const connection = await getConnection();
            const rows = await promisify(connection.query).call(connection, "SELECT 1");
            connection.release();
            return rows;
          }
        `,
      },
      "made and called at once": {
        ...opening,
        at: "promisify(pool.getConnection).call(pool)",
        kind: "neverClosed",
        line: "} // end",
        code: `
          export async function find() {
            const connection = await promisify(pool.getConnection).call(pool);
            await connection.promise().query("SELECT 1");
          } // end
        `,
      },
      "a field": {
        ...opening,
        at: "this.take()",
        kind: "notClosedOnThrow",
        line: "await connection",
        code: `
          export class Names {
            #pool = mysql.createPool({ connectionLimit: 4 });
            take = promisify(this.#pool.getConnection.bind(this.#pool));
            async find() {
              const connection = await this.take();
              await connection.promise().query("SELECT 1");
              connection.release();
            }
          }
        `,
      },
      "a field set by the constructor": {
        ...opening,
        at: "this.take()",
        kind: "notClosedOnThrow",
        line: "await connection",
        code: `
          export class Names {
            constructor() {
              this.pool = mysql.createPool({ connectionLimit: 4 });
              this.take = promisify(this.pool.getConnection).bind(this.pool);
            }
            async find() {
              const connection = await this.take();
              await connection.promise().query("SELECT 1");
              connection.release();
            }
          }
        `,
      },
    },
  ),
);

const required =
  'var util = require("util");\nconst { Pool } = require("pg");\nconst { createPool } = require("mysql");\n' +
  "const pool = new Pool({ max: 4 });\nconst other = createPool({ connectionLimit: 4 });\n";

testRule(
  "require-scope",
  rule,
  verdicts(
    required,
    {
      "pg's pool, released in finally": {
        filename: "case.cjs",
        code: `
          const connect = util.promisify(pool.connect).bind(pool);
          exports.find = async () => {
            const client = await connect();
            try {
              return await client.query("SELECT 1");
            } finally {
              client.release();
            }
          };
        `,
      },
      "returned: its caller is the owner": {
        filename: "case.cjs",
        code: `
          exports.open = () => util.promisify(other.getConnection).call(other);
        `,
      },
    },
    {
      "pg's pool": {
        filename: "case.cjs",
        at: "connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: "await client",
        code: `
          const connect = util.promisify(pool.connect).bind(pool);
          exports.find = async () => {
            const client = await connect();
            await client.query("SELECT 1");
            client.release();
          };
        `,
      },
      "the caller of a function that returns it": {
        filename: "case.cjs",
        at: "open()",
        of: firstMysqlConnection,
        variable: "connection",
        kind: "neverClosed",
        line: "}; // end",
        code: `
          const open = () => util.promisify(other.getConnection).call(other);
          exports.find = async () => {
            const connection = await open();
            connection.query("SELECT 1", console.log);
          }; // end
        `,
      },
    },
  ),
);
