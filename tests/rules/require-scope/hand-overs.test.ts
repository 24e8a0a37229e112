import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, queryRunner, sequelizeTransaction, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "put into a field that is empty so far": `
        export async function open(request) {
          const client = await pool.connect();
          request.client ??= client;
          await client.query("SELECT 1");
        }
      `,
      "captured by what is made with it, and closed there after a change of a flag": `
        export async function read(batches) {
          const client = await pool.connect();
          let left = true;
          return new Readable({
            async read() {
              if (!left) {
                client.release();
                return;
              }
              left = await client.query("SELECT 1");
            },
          });
        }
      `,
      "put into a variable that nothing declares": `
        export async function find() {
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "returned to the caller": `
        export async function open() {
          const client = await pool.connect();
          return client;
        }
      `,
      "returned as it is opened": `
        export function open() {
          return pool.connect();
        }
      `,
      "returned by an arrow function": `
        export const open = () => pool.connect();
      `,
      "opened, begun and returned": `
        export async function begin() {
          const client = await pool.connect();
          await client.query("BEGIN");
          return client;
        }
      `,
      "returned in an object": `
        export async function open() {
          const client = await pool.connect();
          return { client, done: false };
        }
      `,
      "returned in an array": `
        export async function open() {
          const client = await pool.connect();
          return [client, pool];
        }
      `,
      "returned with a function that releases it": `
        export async function open() {
          const client = await pool.connect();
          return { query: (sql) => client.query(sql), end: () => client.release() };
        }
      `,
      "captured by a returned closure": `
        export async function open() {
          const client = await pool.connect();
          return async function close() {
            client.release();
          };
        }
      `,
      "stored in a field": `
        export class Store {
          async open() {
            this.client = await pool.connect();
          }
          close() {
            this.client.release();
          }
        }
      `,
      "stored in a field after use": `
        export class Store {
          async open() {
            const client = await pool.connect();
            await client.query("BEGIN");
            this.client = client;
          }
          close() {
            this.client.release();
          }
        }
      `,
      "stored in a map by id": `
        const clients = new Map();
        export async function open(id) {
          const client = await pool.connect();
          clients.set(id, client);
        }
      `,
      "stored in an object by id": `
        const clients = {};
        export async function open(id) {
          clients[id] = await pool.connect();
        }
      `,
      "stored on the request, closed by a hook": `
        export async function attach(request, reply, next) {
          request.client = await pool.connect();
          next();
        }
      `,
      "stored on the context": `
        export async function attach(context, next) {
          const client = await pool.connect();
          context.state.client = client;
          await next();
        }
      `,
      "stored in a variable of the module": `
        let shared;
        export async function open() {
          shared = await pool.connect();
        }
        export function close() {
          shared.release();
        }
      `,
      "passed to a constructor": `
        export async function open(Repository) {
          const client = await pool.connect();
          return new Repository(client);
        }
      `,
      "passed to a constructor whose instance is kept": `
        export async function open(Repository, repositories) {
          const client = await pool.connect();
          repositories.push(new Repository(client));
        }
      `,
      "passed to a function that is not known": `
        import { use } from "somewhere";
        export async function run() {
          const client = await pool.connect();
          await use(client);
        }
      `,
      "passed to a closer of the file": `
        function doRelease(connection) {
          connection.release();
        }
        export async function run() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } finally {
            doRelease(client);
          }
        }
      `,
      "passed to a closer that is async": `
        async function finish(connection, sql) {
          try {
            await connection.query(sql);
          } finally {
            connection.release();
          }
        }
        export async function run() {
          const client = await pool.connect();
          try {
            await client.query("BEGIN");
          } finally {
            await finish(client, "COMMIT");
          }
        }
      `,
      "closed by a method of the class": `
        export class Store {
          giveBack(client) {
            client.release();
          }
          async find() {
            const client = await pool.connect();
            try {
              return await client.query("SELECT 1");
            } finally {
              this.giveBack(client);
            }
          }
        }
      `,
      "closed by a guarded helper": `
        const release = (connection) => {
          if (connection) connection.release();
        };
        export async function run() {
          let client;
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            release(client);
          }
        }
      `,
      "pushed to an array that is drained": `
        export async function run(count) {
          const clients = [];
          for (let index = 0; index < count; index++) {
            clients.push(await pool.connect());
          }
          for (const client of clients) client.release();
        }
      `,
      "pushed to an array of the module": `
        const clients = [];
        export async function open() {
          const client = await pool.connect();
          clients.push(client);
        }
      `,
      "given to an event emitter": `
        export async function open(emitter) {
          const client = await pool.connect();
          emitter.emit("client", client);
        }
      `,
      "given to the executor's resolve": `
        export function open() {
          return new Promise((resolve, reject) => {
            pool.connect().then(resolve, reject);
          });
        }
      `,
      "the promise is stored and awaited later": `
        export class Store {
          constructor() {
            this.ready = pool.connect();
          }
          async close() {
            (await this.ready).release();
          }
        }
      `,
      "the promise is kept in a variable and returned": `
        export async function open() {
          const opening = pool.connect();
          console.log("opening");
          return opening;
        }
      `,
      "wrapped with a release of its own": `
        export async function open() {
          const client = await pool.connect();
          const release = client.release.bind(client);
          client.release = () => {
            console.log("released");
            return release();
          };
          return client;
        }
      `,
      "lent to a logger and released": `
        export async function run() {
          const client = await pool.connect();
          console.log(client);
          client.release();
        }
      `,
      "thrown away on purpose through a parameter that is a callback": `
        export async function withClient(work) {
          const client = await pool.connect();
          try {
            return await work(client);
          } finally {
            client.release();
          }
        }
      `,
    },
    {
      "what the required assert looks at is not handed over": {
        kind: "notClosedOnThrow",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "client.query",
        code: `
          const assert = require("assert").strict;
          export async function find() {
            const client = await pool.connect();
            assert(client);
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
      "logging it hands nothing over": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function run() {
            const client = await pool.connect();
            console.log(client);
          }
        `,
      },
      "a helper of the file that only uses it borrows": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          async function count(connection) {
            const { rows } = await connection.query("SELECT 1");
            return rows.length;
          }
          export async function run() {
            const client = await pool.connect();
            return await count(client);
          }
        `,
      },
      "a helper that closes only if asked to": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "end",
        code: `
          function finish(connection, keep) {
            if (!keep) connection.release();
          }
          export async function run(keep) {
            const client = await pool.connect();
            finish(client, keep);
          }
        `,
      },
      "the helper that closes is reached after an await that can reject": {
        ...client,
        kind: "notClosedOnThrow",
        line: 'client.query("SELECT 1")',
        code: `
          function doRelease(connection) {
            connection.release();
          }
          export async function run() {
            const client = await pool.connect();
            await client.query("SELECT 1");
            doRelease(client);
          }
        `,
      },
      "a method of the class that only uses it borrows": {
        ...client,
        kind: "neverClosed",
        line: "  }",
        code: `
          export class Store {
            async count(connection) {
              const { rows } = await connection.query("SELECT 1");
              return rows.length;
            }
            async run() {
              const client = await pool.connect();
              const total = await this.count(client);
              console.log(total);
            }
          }
        `,
      },
      "handed over on one path only": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "return undefined",
        code: `
          export async function open(flag) {
            const client = await pool.connect();
            if (flag) return undefined;
            return client;
          }
        `,
      },
      "an await that can reject comes before the hand-over": {
        ...client,
        kind: "notClosedOnThrow",
        line: "SELECT name",
        code: `
          export async function open() {
            const client = await pool.connect();
            await client.query("SELECT name FROM users");
            return client;
          }
        `,
      },
      "a query's result is returned, not the client": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const client = await pool.connect();
            return client.query("SELECT 1");
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
    preambles.sequelize,
    {
      "lent in the library's options, then committed": `
        export async function save(User) {
          const transaction = await sequelize.transaction();
          try {
            await User.create({}, { transaction });
            await transaction.commit();
          } catch {
            await transaction.rollback();
          }
        }
      `,
      "given to another function in options that it may keep": `
        import { register } from "./register.js";
        export async function save() {
          const transaction = await sequelize.transaction();
          await register({ current: transaction });
        }
      `,
    },
    {
      "options that lend it hand nothing over": {
        kind: "neverClosed",
        at: "sequelize.transaction()",
        of: sequelizeTransaction,
        variable: "transaction",
        line: "end",
        code: `
          export async function save(User) {
            const transaction = await sequelize.transaction();
            await User.create({}, { transaction });
            await User.update({}, { where: {}, transaction });
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
    preambles.typeorm,
    {
      "the manager is lent to services, the runner released": `
        export async function save(service, user) {
          const queryRunner = dataSource.createQueryRunner();
          await queryRunner.connect();
          try {
            await service.save(queryRunner.manager, user);
          } finally {
            await queryRunner.release();
          }
        }
      `,
      "given to a repository's constructor": `
        export function repositories(UserRepository) {
          const queryRunner = dataSource.createQueryRunner();
          return new UserRepository(queryRunner);
        }
      `,
      "stored in a unit of work that releases it": `
        export class UnitOfWork {
          async start() {
            this.queryRunner = dataSource.createQueryRunner();
            await this.queryRunner.connect();
            await this.queryRunner.startTransaction();
          }
          async finish() {
            await this.queryRunner.commitTransaction();
            await this.queryRunner.release();
          }
        }
      `,
    },
    {
      "lending the manager hands nothing over": {
        kind: "neverClosed",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        variable: "queryRunner",
        line: "end",
        code: `
          export async function save(service, user) {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            await service.save(queryRunner.manager, user);
          }
        `,
      },
    },
  ),
);
