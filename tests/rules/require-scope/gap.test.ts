import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { mysqlConnection, pgClient, preambles, queryRunner, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "BEGIN between opening and try": `
        export async function save() {
          const client = await pool.connect();
          await client.query("BEGIN");
          try {
            await client.query("SELECT 1");
            await client.query("COMMIT");
          } finally {
            client.release();
          }
        }
      `,
      "begin with an isolation level, in lower case": `
        export async function save() {
          const client = await pool.connect();
          await client.query("begin isolation level serializable");
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "START TRANSACTION as a template": `
        export async function save() {
          const client = await pool.connect();
          await client.query(\`
            START TRANSACTION
          \`);
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "SET in the gap": `
        export async function save(zone) {
          const client = await pool.connect();
          await client.query(\`SET TIME ZONE \${zone}\`);
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "set_config in the gap": `
        export async function save(tenant) {
          const client = await pool.connect();
          await client.query("select set_config('app.tenant', $1, false)", [tenant]);
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "begin as a query object": `
        export async function save() {
          const client = await pool.connect();
          await client.query({ text: "BEGIN" });
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "a second opening in the gap": `
        export async function move() {
          const one = await pool.connect();
          const two = await pool.connect();
          try {
            await one.query("SELECT 1");
            await two.query("SELECT 2");
          } finally {
            one.release();
            two.release();
          }
        }
      `,
      "both begin in the gap": `
        export async function move() {
          const one = await pool.connect();
          const two = await pool.connect();
          await one.query("BEGIN");
          await two.query("BEGIN");
          try {
            await one.query("SELECT 1");
          } finally {
            one.release();
            two.release();
          }
        }
      `,
      "a synchronous call in the gap": `
        export async function save(sql, metrics) {
          const client = await pool.connect();
          metrics.increment("checkouts");
          const text = sql.build();
          try {
            await client.query(text);
          } finally {
            client.release();
          }
        }
      `,
      "a start-up probe": `
        export async function start() {
          const client = await pool.connect();
          console.log("connected");
          client.release();
        }
      `,
      "a listener attached in the gap": `
        export async function save(onError) {
          const client = await pool.connect();
          client.on("error", onError);
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "a timer in the gap": `
        export async function save() {
          const client = await pool.connect();
          const timer = setTimeout(() => console.warn("slow"), 5000);
          try {
            await client.query("SELECT 1");
          } finally {
            clearTimeout(timer);
            client.release();
          }
        }
      `,
      "opened and begun inside a try that closes": `
        export async function save() {
          let client;
          try {
            client = await pool.connect();
            await client.query("BEGIN");
            await client.query("COMMIT");
          } finally {
            client?.release();
          }
        }
      `,
    },
    {
      "a business query in the gap": {
        ...client,
        kind: "notClosedOnThrow",
        line: "SELECT name",
        code: `
          export async function save() {
            const client = await pool.connect();
            const { rows } = await client.query("SELECT name FROM users");
            try {
              await client.query("SELECT $1", rows);
            } finally {
              client.release();
            }
          }
        `,
      },
      "another await in the gap": {
        ...client,
        kind: "notClosedOnThrow",
        line: "load()",
        code: `
          export async function save(load) {
            const client = await pool.connect();
            const rows = await load();
            try {
              await client.query("SELECT $1", rows);
            } finally {
              client.release();
            }
          }
        `,
      },
      "a throw in the gap": {
        ...client,
        kind: "notClosedOnThrow",
        line: "throw",
        code: `
          export async function save(rows) {
            const client = await pool.connect();
            if (rows.length === 0) throw new Error("nothing");
            try {
              await client.query("SELECT $1", rows);
            } finally {
              client.release();
            }
          }
        `,
      },
      "a return in the gap": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "return",
        code: `
          export async function save(rows) {
            const client = await pool.connect();
            if (rows.length === 0) return;
            try {
              await client.query("SELECT $1", rows);
            } finally {
              client.release();
            }
          }
        `,
      },
      "a begin inside a try that does not close counts": {
        ...client,
        kind: "notClosedOnThrow",
        line: "BEGIN",
        code: `
          export async function save() {
            const client = await pool.connect();
            try {
              await client.query("BEGIN");
              client.release();
            } catch (error) {
              console.error(error);
            }
          }
        `,
      },
      "a query that only looks like a begin": {
        ...client,
        kind: "notClosedOnThrow",
        line: "beginnings",
        code: `
          export async function save() {
            const client = await pool.connect();
            await client.query("beginnings()");
            client.release();
          }
        `,
      },
    },
  ),
);

const runner = { at: "dataSource.createQueryRunner()", of: queryRunner, variable: "queryRunner" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.typeorm,
    {
      "connect and startTransaction of two runners": `
        export async function move(a, b) {
          const one = dataSource.createQueryRunner();
          const two = dataSource.createQueryRunner();
          await one.connect();
          await two.connect();
          await one.startTransaction("SERIALIZABLE");
          await two.startTransaction();
          try {
            await one.manager.save(a);
            await two.manager.save(b);
          } finally {
            await one.release();
            await two.release();
          }
        }
      `,
      "never connected, returned early": `
        export async function save(user) {
          const queryRunner = dataSource.createQueryRunner();
          if (!user) return;
          await queryRunner.connect();
          try {
            await queryRunner.manager.save(user);
          } finally {
            await queryRunner.release();
          }
        }
      `,
      "an await before the runner takes its slot": `
        export async function save(load) {
          const queryRunner = dataSource.createQueryRunner();
          const user = await load();
          await queryRunner.connect();
          try {
            await queryRunner.manager.save(user);
          } finally {
            await queryRunner.release();
          }
        }
      `,
    },
    {
      "an await between connect and try": {
        ...runner,
        kind: "notClosedOnThrow",
        line: "load()",
        code: `
          export async function save(load) {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            const user = await load();
            try {
              await queryRunner.manager.save(user);
            } finally {
              await queryRunner.release();
            }
          }
        `,
      },
      "a lookup through the manager between begin and try": {
        ...runner,
        kind: "notClosedOnThrow",
        line: "findOneBy",
        code: `
          export async function save(User, id) {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            await queryRunner.startTransaction();
            const user = await queryRunner.manager.findOneBy(User, { id });
            try {
              await queryRunner.manager.remove(user);
              await queryRunner.commitTransaction();
            } finally {
              await queryRunner.release();
            }
          }
        `,
      },
      "connect and begin inside the try, released only in try": {
        ...runner,
        kind: "notClosedOnThrow",
        line: "startTransaction",
        code: `
          export async function save(user) {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            try {
              await queryRunner.startTransaction();
              await queryRunner.manager.save(user);
              await queryRunner.commitTransaction();
              await queryRunner.release();
            } catch {
              await queryRunner.rollbackTransaction();
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
      "beginTransaction in the gap": `
        export async function save(name) {
          const connection = await pool.getConnection();
          await connection.beginTransaction();
          try {
            await connection.execute("INSERT INTO names VALUES (?)", [name]);
            await connection.commit();
          } catch (error) {
            await connection.rollback();
            throw error;
          } finally {
            connection.release();
          }
        }
      `,
      "an isolation level in the gap": `
        export async function save(name) {
          const connection = await pool.getConnection();
          await connection.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
          await connection.beginTransaction();
          try {
            await connection.execute("INSERT INTO names VALUES (?)", [name]);
          } finally {
            connection.release();
          }
        }
      `,
    },
    {
      "a lookup in the gap": {
        kind: "notClosedOnThrow",
        at: "pool.getConnection()",
        of: mysqlConnection,
        variable: "connection",
        line: "SELECT id",
        code: `
          export async function save(name) {
            const connection = await pool.getConnection();
            const [rows] = await connection.query("SELECT id FROM names");
            try {
              await connection.execute("INSERT INTO names VALUES (?)", [name, rows.length]);
            } finally {
              connection.release();
            }
          }
        `,
      },
    },
  ),
);
