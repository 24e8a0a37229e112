import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import {
  mariadbLonelyConnection,
  mysqlLonelyConnection,
  pgLonelyClient,
  vercelLonelyClient,
  verdicts,
} from "../support.js";

const preamble = `import mysql from "mysql2/promise";
import * as mariadb from "mariadb";
`;
const straight = `
  export async function find() {
    const connection = await mysql.createConnection({ host: "db" });
    const [rows] = await connection.query("SELECT 1");
    await connection.end();
    return rows;
  }
`;

/** What no pool stands behind: each opens a connection to the server, and closes it. */
testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "ended in finally": `
        export async function find() {
          const connection = await mysql.createConnection({ host: "db" });
          try {
            await connection.beginTransaction();
            await connection.commit();
          } finally {
            await connection.end();
          }
        }
      `,
      "by a scope": `
        export async function find() {
          await using connection = await mariadb.createConnection({ host: "db" });
          return await connection.query("SELECT 1");
        }
      `,
      "destroyed where it failed": `
        export async function find() {
          const connection = await mariadb.createConnection({ host: "db" });
          try {
            await connection.query("SELECT 1");
            await connection.close();
          } catch (error) {
            connection.destroy();
            throw error;
          }
        }
      `,
      "the module's own, used by its functions": `
        const connection = await mysql.createConnection({ host: "db" });
        export const find = async () => await connection.query("SELECT 1");
        export default connection;
      `,
      "a script's, which ends with it": `
        const connection = await mysql.createConnection({ host: "db" });
        await connection.query("SELECT 1");
        await connection.end();
      `,
      "one for the whole application, made when it is first asked for": `
        let connection: mysql.Connection | undefined;
        export async function connect() {
          connection ??= await mysql.createConnection({ host: "db" });
          return connection;
        }
      `,
      "kept by an object": `
        export class Orders {
          connection?: mysql.Connection;
          async start() {
            this.connection = await mysql.createConnection({ host: "db" });
            await this.connection.query("SELECT 1");
          }
        }
      `,
      "put on the application": `
        export async function start(app) {
          app.locals.db = await mysql.createConnection({ host: "db" });
          await app.locals.db.query("SELECT 1");
        }
      `,
      "given to a function that is called with it": `
        export async function touch(connection: mysql.Connection) {
          await connection.query("SELECT 1");
        }
      `,
      "an ORM's of the same name": `
        import { createConnection } from "some-database";
        export async function start() {
          const connection = await createConnection({});
          await connection.query("SELECT 1");
        }
      `,
      // Its statements wait in a queue, the end too.
      "with callbacks": `
        import mysql1 from "mysql";
        import { createConnection } from "mysql2";
        export function find(done) {
          const connection = createConnection({ host: "db" });
          connection.query("SELECT 1", (error, rows) => {
            if (error) throw error;
            done(rows);
          });
          connection.end();
          mysql1.createConnection({ host: "db" }).connect();
        }
      `,
      "the callback API's promises": `
        import { createConnection } from "mysql2";
        export async function find() {
          const connection = createConnection({ host: "db" }).promise();
          try {
            return await connection.query("SELECT 1");
          } finally {
            await connection.end();
          }
        }
      `,
      "tedious, which tells by its events": `
        import { Connection, Request } from "tedious";
        export function find(done) {
          const connection = new Connection({ server: "db" });
          connection.on("connect", (error) => {
            if (error) return done(error);
            connection.execSql(new Request("SELECT 1", (failure) => {
              connection.close();
              done(failure);
            }));
          });
          connection.connect();
        }
      `,
      "databases of the process": `
        import { PGlite } from "@electric-sql/pglite";
        import { DatabaseSync } from "node:sqlite";
        import Database from "better-sqlite3";
        export async function find() {
          const db = await PGlite.create();
          await db.transaction(async (tx) => await tx.rollback());
          await db.query("SELECT 1");
          new DatabaseSync("orders.db").exec("SELECT 1");
          const other = new Database("orders.db");
          other.prepare("SELECT 1").all();
        }
      `,
      "another client in the same variable, both ended in finally": `
        import pg from "pg";
        export async function create(name) {
          let client = new pg.Client();
          try {
            await client.connect();
            await client.query("SELECT 1");
          } finally {
            await client.end();
          }
          client = new pg.Client({ database: name });
          try {
            await client.connect();
            await client.query("SELECT 2");
          } finally {
            await client.end();
          }
        }
      `,
      "a client made on either branch": `
        import pg from "pg";
        export async function find(url) {
          let client;
          if (url) client = new pg.Client(url);
          else client = new pg.Client();
          try {
            await client.connect();
            await client.query("SELECT 1");
          } finally {
            await client.end();
          }
        }
      `,
      "a client whose connect() is given a callback that ends it": `
        import pg from "pg";
        export function find(query, resolve, reject) {
          const client = new pg.Client();
          client.connect((error) => {
            if (error) {
              reject(error);
              client.end();
              return;
            }
            client.query(query, (failure, found) => {
              if (failure) reject(failure);
              else resolve(found);
              client.end();
            });
          });
        }
      `,
      "drivers that keep their connections to themselves": `
        import { Client } from "cassandra-driver";
        import Redis from "ioredis";
        import { createClient } from "redis";
        export async function start() {
          const client = new Client({});
          await client.connect();
          await client.execute("SELECT 1");
          const subscriber = new Redis().duplicate();
          await subscriber.connect();
          const copy = createClient().duplicate();
          await copy.connect();
          await copy.get("a");
        }
      `,
    },
    {
      "another client in the same variable": {
        at: 'client.connect();\n  await client.query("SELECT 2")',
        of: pgLonelyClient,
        kind: "notClosedOnThrow",
        line: 'client.query("SELECT 2")',
        code: `
          import pg from "pg";
          export async function create(name) {
            let client = new pg.Client();
            try {
              await client.connect();
              await client.query("SELECT 1");
            } finally {
              await client.end();
            }
            client = new pg.Client({ database: name });
            await client.connect();
            await client.query("SELECT 2");
            await client.end();
          }
        `,
      },
      "ended where nothing threw": {
        at: "mysql.createConnection(",
        of: mysqlLonelyConnection,
        variable: "connection",
        kind: "notClosedOnThrow",
        line: "await connection.query",
        code: straight,
      },
      "one for each request, and never ended": {
        at: "mysql.createConnection(",
        of: mysqlLonelyConnection,
        variable: "connection",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function handle(request, response) {
            const connection = await mysql.createConnection({ host: "db" });
            const [rows] = await connection.execute("SELECT ?", [request.params.id]);
            response.json(rows);
          }
        `,
      },
      "mariadb's, on an early return": {
        at: "mariadb.createConnection(",
        of: mariadbLonelyConnection,
        variable: "connection",
        kind: "notClosedOnSomePath",
        line: "return undefined",
        code: `
          export async function find(id) {
            const connection = await mariadb.createConnection({ host: "db" });
            if (!id) return undefined;
            return connection.query("SELECT 1").finally(() => connection.end());
          }
        `,
      },
      "Vercel's client": {
        at: "client.connect()",
        of: vercelLonelyClient,
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          import { createClient } from "@vercel/postgres";
          export async function find() {
            const client = createClient();
            await client.connect();
            await client.query("SELECT 1");
            await client.end();
          }
        `,
      },
    },
  ),
);
