import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { dbConnection, dbSession, leaseSession, pgLonelyClient, preambles, queryRunner, verdicts } from "./support.js";

const runner = { at: "dataSource.createQueryRunner()", of: queryRunner, variable: "queryRunner" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.typeorm,
    {
      "a runner that takes no slot": `
        export function describeTables() {
          const queryRunner = dataSource.createQueryRunner();
          return queryRunner.connection.entityMetadatas.map((entity) => entity.name);
        }
      `,
      "a runner that is only made": `
        export function prepare() {
          const queryRunner = dataSource.createQueryRunner();
          console.log("made");
        }
      `,
      "left before it takes its slot": `
        export async function save(user) {
          const queryRunner = dataSource.createQueryRunner();
          if (!user) throw new Error("no user");
          try {
            await queryRunner.connect();
            await queryRunner.manager.save(user);
          } finally {
            await queryRunner.release();
          }
        }
      `,
      "its state guards are only asked": `
        export function state() {
          const queryRunner = dataSource.createQueryRunner();
          return queryRunner.isReleased || queryRunner.isTransactionActive;
        }
      `,
      "rolled back where a transaction is active, released always": `
        export async function save(user) {
          const queryRunner = dataSource.createQueryRunner();
          try {
            await queryRunner.startTransaction();
            await queryRunner.manager.save(user);
            await queryRunner.commitTransaction();
          } catch (error) {
            if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
            throw error;
          } finally {
            await queryRunner.release();
          }
        }
      `,
    },
    {
      "connect() takes it": {
        ...runner,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function warm() {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
          }
        `,
      },
      "startTransaction() takes it": {
        ...runner,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function warm() {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.startTransaction();
            await queryRunner.commitTransaction();
          }
        `,
      },
      "a query takes it": {
        ...runner,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const queryRunner = dataSource.createQueryRunner();
            return await queryRunner.query("SELECT 1");
          }
        `,
      },
      "using its manager takes it": {
        ...runner,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find(User) {
            const queryRunner = dataSource.createQueryRunner();
            return await queryRunner.manager.find(User);
          }
        `,
      },
      "using its manager under another name takes it": {
        ...runner,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find(User) {
            const queryRunner = dataSource.createQueryRunner();
            const manager = queryRunner.manager;
            return await manager.find(User);
          }
        `,
      },
      "lending it takes it": {
        ...runner,
        kind: "neverClosed",
        line: "end",
        code: `
          async function count(runner) {
            return (await runner.query("SELECT 1")).length;
          }
          export async function find() {
            const queryRunner = dataSource.createQueryRunner();
            return await count(queryRunner);
          }
        `,
      },
      "only the path that has taken it leaks": {
        ...runner,
        kind: "notClosedOnSomePath",
        line: "return; // open",
        code: `
          export async function save(user, flag) {
            const queryRunner = dataSource.createQueryRunner();
            if (!user) return;
            await queryRunner.connect();
            if (flag) return; // open
            await queryRunner.release();
          }
        `,
      },
    },
  ),
);

const session = { at: "openSession()", of: dbSession, variable: "session" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.dbSession,
    {
      "await using": `
        export async function find() {
          await using session = openSession();
          return await session.query("SELECT 1");
        }
      `,
      "withSession is a scope": `
        import { withSession } from "db-session";
        export async function find() {
          return await withSession(openSession, async (session) => {
            return await session.query("SELECT 1");
          });
        }
      `,
      "the session of the present request": `
        import { createSessionScope } from "db-session";
        const scope = createSessionScope(openSession);
        export const handle = (next) => scope.run(next);
        export async function find() {
          const session = scope.current();
          return await session.query("SELECT 1");
        }
      `,
      "begin(work) of the sessionmaker is a scope": `
        export async function save() {
          await openSession.begin(async (session) => {
            await session.query("INSERT INTO users DEFAULT VALUES");
          });
        }
      `,
      "closed in finally": `
        export async function find() {
          const session = openSession();
          try {
            return await session.query("SELECT 1");
          } finally {
            await session.close();
          }
        }
      `,
      "an async generator around await using": `
        export async function* getSession() {
          await using session = openSession();
          yield session;
        }
      `,
      "invalidated where it fails, closed otherwise": `
        export async function find() {
          const session = openSession();
          try {
            await session.query("SELECT 1");
          } catch (error) {
            await session.invalidate();
            throw error;
          }
          await session.close();
        }
      `,
      "a session that is made and never used": `
        export function make() {
          const session = openSession();
          console.log("made");
        }
      `,
      "the engine is disposed of in finally": `
        export async function script() {
          const own = createAsyncEngine("postgresql://db", { poolSize: 1 });
          try {
            const session = asyncSessionmaker(own)();
            await session.query("SELECT 1");
          } finally {
            await own.dispose();
          }
        }
      `,
    },
    {
      "a query takes it": {
        ...session,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const session = openSession();
            return await session.query("SELECT 1");
          }
        `,
      },
      "a tagged statement takes it": {
        ...session,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find(id) {
            const session = openSession();
            return await session.sql\`SELECT \${id}\`;
          }
        `,
      },
      "a generator that yields it and closes on the happy path": {
        ...session,
        kind: "notClosedOnThrow",
        line: "yield session",
        code: `
          export async function* getSession() {
            const session = openSession();
            yield session;
            await session.close();
          }
        `,
      },
      "closed after the commit only": {
        ...session,
        kind: "notClosedOnThrow",
        line: "session.query",
        code: `
          export async function save() {
            const session = openSession();
            await session.query("INSERT INTO users DEFAULT VALUES");
            await session.commit();
            await session.close();
          }
        `,
      },
      "a connection of the engine": {
        kind: "notClosedOnThrow",
        at: "engine.connect()",
        of: dbConnection,
        variable: "connection",
        line: "connection.query",
        code: `
          export async function find() {
            const connection = await engine.connect();
            const rows = await connection.query("SELECT 1");
            await connection.close();
            return rows;
          }
        `,
      },
      "a value typed as a function that gives a session opens": {
        kind: "neverClosed",
        at: "open()",
        of: dbSession,
        variable: "own",
        line: "end",
        code: `
          import type { AsyncSession } from "db-session";
          export async function find(open: () => AsyncSession) {
            const own = open();
            return await own.query("SELECT 1");
          }
        `,
      },
      "a value typed as a sessionmaker opens": {
        kind: "neverClosed",
        at: "make()",
        of: dbSession,
        variable: "own",
        line: "end",
        code: `
          import type { AsyncSessionmaker } from "db-session";
          export async function find(make: AsyncSessionmaker) {
            const own = make();
            return await own.query("SELECT 1");
          }
        `,
      },
    },
  ),
);

const client = { at: "client.connect()", of: pgLonelyClient } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    'import pg from "pg";\n',
    {
      "a client that never connects": `
        export function make() {
          const client = new pg.Client();
          return client.host;
        }
      `,
      "connected before try, ended in finally": `
        export async function find() {
          const client = new pg.Client();
          await client.connect();
          try {
            return await client.query("SELECT 1");
          } finally {
            await client.end();
          }
        }
      `,
      "connected inside the try": `
        export async function find() {
          const client = new pg.Client();
          try {
            await client.connect();
            return await client.query("SELECT 1");
          } finally {
            await client.end();
          }
        }
      `,
      "module-level: long-lived": `
        const client = new pg.Client();
        await client.connect();
        await client.query("LISTEN jobs");
        client.on("notification", (message) => console.log(message));
      `,
      "returned connected": `
        export async function open() {
          const client = new pg.Client();
          await client.connect();
          return client;
        }
      `,
      "a client that is passed in has another owner": `
        export async function start(client) {
          await client.connect();
          await client.query("SELECT 1");
        }
      `,
    },
    {
      "never ended": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const client = new pg.Client();
            await client.connect();
            return await client.query("SELECT 1");
          }
        `,
      },
      "ended on the happy path only": {
        ...client,
        kind: "notClosedOnThrow",
        line: "SELECT 1",
        code: `
          export async function find() {
            const client = new pg.Client();
            await client.connect();
            const { rows } = await client.query("SELECT 1");
            await client.end();
            return rows;
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
    `${preambles.pg}import { lease } from "db-session";\n`,
    {
      "a lease with using": `
        export async function find() {
          await using client = await lease(pool);
          return await client.query("SELECT 1");
        }
      `,
      "a lease that is returned": `
        export const take = () => lease(pool);
      `,
    },
    {
      "a lease without using": {
        kind: "neverClosed",
        at: "lease(pool)",
        of: leaseSession,
        variable: "client",
        line: "end",
        code: `
          export async function find() {
            const client = await lease(pool);
            return await client.query("SELECT 1");
          }
        `,
      },
    },
  ),
);
