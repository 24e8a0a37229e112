import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const { invalid, valid } = casesOver(
  `
    import { MongoClient } from "mongodb";

    const client = new MongoClient("mongodb://localhost", { maxPoolSize: 5 });
    const orders = client.db("shop").collection("orders");
  `,
  { name: "session", session: "mongodb ClientSession", scope: "the `client.withSession()` scope" },
);

const inTransaction = "the `session.withTransaction()` scope";
const lost = {
  messageId: "harmful",
  scope: inTransaction,
  consequence: "the transaction is rolled back, and the call resolves as if it were committed",
} as const;
const committed = { ended: "committed", scope: inTransaction } as const;

testRule("no-redundant-close", rule, {
  invalid: [
    invalid(
      "withSession, ended last",
      `
      export async function save(row) {
        await ◇client.withSession(async (session) => {
          await orders.insertOne(row, { session });
          await ◆session.endSession();
        });
      }
    `,
      {},
    ),
    invalid(
      "withSession, ended in finally",
      `
      export async function save(row) {
        await ◇client.withSession(async (session) => {
          try {
            await orders.insertOne(row, { session });
          } finally {
            await ◆session.endSession();
          }
        });
      }
    `,
      {},
      {
        output: `
      export async function save(row) {
        await client.withSession(async (session) => {
          await orders.insertOne(row, { session });
        });
      }
    `,
      },
    ),
    invalid(
      "withSession, ended before a throw",
      `
      export async function save(row) {
        await ◇client.withSession(async (session) => {
          const found = await orders.findOne(row, { session });
          if (!found) {
            await ◆session.endSession();
            throw new Error("not found");
          }
        });
      }
    `,
      {},
    ),
    invalid(
      "withSession with options",
      `
      export async function save(row) {
        await ◇client.withSession({ causalConsistency: true }, async (session) => {
          await orders.insertOne(row, { session });
          await ◆session.endSession();
        });
      }
    `,
      {},
    ),
    invalid(
      "withSession, early, with the option",
      `
      export async function save(row, send) {
        await ◇client.withSession(async (session) => {
          await orders.insertOne(row, { session });
          await ◆session.endSession();
          await send(row);
        });
      }
    `,
      { messageId: "earlyClose" },
      { options: [{ allowEarlyClose: false }] },
    ),
    invalid(
      "after withTransaction, inside withSession",
      `
      export async function save(row) {
        await ◇client.withSession(async (session) => {
          await session.withTransaction(async () => orders.insertOne(row, { session }));
          await ◆session.endSession();
        });
      }
    `,
      {},
    ),
    invalid(
      "withTransaction, the session ended inside",
      `
      export async function save(row) {
        await client.withSession(async (session) => {
          await ◇session.withTransaction(async () => {
            await orders.insertOne(row, { session });
            await ◆session.endSession();
          });
        });
      }
    `,
      lost,
    ),
    invalid(
      "withTransaction, the session ended inside, before more work",
      `
      export async function save(row, send) {
        await client.withSession(async (session) => {
          await ◇session.withTransaction(async () => {
            await orders.insertOne(row, { session });
            await ◆session.endSession();
            await send(row);
          });
        });
      }
    `,
      lost,
    ),
    invalid(
      "withTransaction, by its parameter",
      `
      export async function save(row) {
        const session = client.startSession();
        try {
          await ◇session.withTransaction(async (inner) => {
            await orders.insertOne(row, { session: inner });
            await ◆inner.endSession();
          });
        } finally {
          await session.endSession();
        }
      }
    `,
      { ...lost, name: "inner" },
    ),
    invalid(
      "withTransaction, by the session around it",
      `
      export async function save(row) {
        const session = client.startSession();
        try {
          await ◇session.withTransaction(async () => {
            await orders.insertOne(row, { session });
            await ◆session.commitTransaction();
          });
        } finally {
          await session.endSession();
        }
      }
    `,
      committed,
    ),
    invalid(
      "committed before a returned value",
      `
      export async function save(row) {
        await using session = client.startSession();
        return await ◇session.withTransaction(async () => {
          const { insertedId } = await orders.insertOne(row, { session });
          await ◆session.commitTransaction();
          return insertedId;
        });
      }
    `,
      committed,
    ),
    invalid(
      "committed before more work",
      `
      export async function save(row, send) {
        await using session = client.startSession();
        await ◇session.withTransaction(async () => {
          await orders.insertOne(row, { session });
          await ◆session.commitTransaction();
          await send(row);
        });
      }
    `,
      {
        ...committed,
        messageId: "harmful",
        consequence: "what follows runs outside the transaction",
        suggests: "line",
      },
    ),
    invalid(
      "options after the callback",
      `
      export async function save(row) {
        await using session = client.startSession();
        await ◇session.withTransaction(async () => {
          await orders.insertOne(row, { session });
          await ◆session.commitTransaction();
        }, { readPreference: "primary" });
      }
    `,
      committed,
    ),
    invalid(
      "aborted, then thrown",
      `
      export async function save(row) {
        await using session = client.startSession();
        await ◇session.withTransaction(async () => {
          try {
            await orders.insertOne(row, { session });
          } catch (error) {
            await ◆session.abortTransaction();
            throw error;
          }
        });
      }
    `,
      { ended: "rolled back", scope: inTransaction },
      {
        output: `
      export async function save(row) {
        await using session = client.startSession();
        await session.withTransaction(async () => {
          await orders.insertOne(row, { session });
        });
      }
    `,
      },
    ),
    invalid(
      "a mongoose connection's transaction",
      `
      import mongoose from "mongoose";
      const connection = mongoose.createConnection("mongodb://localhost", { maxPoolSize: 5 });
      export async function save(row) {
        await ◇connection.transaction(async (session) => {
          await connection.model("Order").create([row], { session });
          await ◆session.endSession();
        });
      }
    `,
      { ...lost, session: "mongoose ClientSession", scope: "the `connection.transaction()` scope" },
    ),
    invalid(
      "a mongoose session's withTransaction",
      `
      import mongoose from "mongoose";
      export async function save(row) {
        const session = await mongoose.startSession();
        try {
          await ◇session.withTransaction(async () => {
            await mongoose.model("Order").create([row], { session });
            await ◆session.commitTransaction();
          });
        } finally {
          await session.endSession();
        }
      }
    `,
      { ...committed, session: "mongoose ClientSession" },
    ),
  ],
  valid: valid({
    "nothing by hand": `
      export async function save(row) {
        await client.withSession(async (session) =>
          session.withTransaction(async () => orders.insertOne(row, { session })),
        );
      }
    `,
    "aborted without an error, the documented way": `
      export async function save(row) {
        await client.withSession(async (session) => {
          await session.withTransaction(async () => {
            const found = await orders.findOne(row, { session });
            if (!found) {
              await session.abortTransaction();
              return;
            }
            await orders.deleteOne(row, { session });
          });
        });
      }
    `,
    "a transaction begun by hand in withSession": `
      export async function save(row) {
        await client.withSession(async (session) => {
          session.startTransaction();
          try {
            await orders.insertOne(row, { session });
            await session.commitTransaction();
          } catch (error) {
            await session.abortTransaction();
            throw error;
          }
        });
      }
    `,
    "the session ended after withTransaction, outside its callback": `
      export async function save(row) {
        const session = client.startSession();
        try {
          await session.withTransaction(async () => { await orders.insertOne(row, { session }); });
        } finally {
          await session.endSession();
        }
      }
    `,
    "ended in a then after withTransaction": `
      export function save(row) {
        const session = client.startSession();
        return session
          .withTransaction(async () => { await orders.insertOne(row, { session }); })
          .finally(() => session.endSession());
      }
    `,
    "ended early": `
      export async function save(row, send) {
        await client.withSession(async (session) => {
          await orders.insertOne(row, { session });
          await session.endSession();
          await send(row);
        });
      }
    `,
    "ended inside before a throw": `
      export async function save(row) {
        await client.withSession(async (session) => {
          await session.withTransaction(async () => {
            const found = await orders.findOne(row, { session });
            if (!found) {
              await session.endSession();
              throw new Error("not found");
            }
          });
        });
      }
    `,
    "another session": `
      export async function save(row) {
        const other = client.startSession();
        await client.withSession(async (session) => {
          await orders.insertOne(row, { session });
          await other.endSession();
        });
      }
    `,
    "a transaction of another session": `
      export async function save(row) {
        const other = client.startSession();
        await client.withSession(async (session) => {
          await session.withTransaction(async () => {
            await orders.insertOne(row, { session });
            await other.commitTransaction();
          });
        });
      }
    `,
    "a shadowed session": `
      export async function save(row) {
        await client.withSession(async (session) => {
          await orders.insertOne(row, { session });
          for (const session of row.sessions) await session.endSession();
        });
      }
    `,
    "a parameter": `
      import type { ClientSession } from "mongodb";
      export async function finish(session: ClientSession) {
        await session.commitTransaction();
        await session.endSession();
      }
    `,
    "in a listener": `
      export async function save(row, signal) {
        await client.withSession(async (session) => {
          signal.addEventListener("abort", () => { void session.endSession(); });
          await orders.insertOne(row, { session });
        });
      }
    `,
    "the client": `
      export async function save(row) {
        await client.withSession(async (session) => { await orders.insertOne(row, { session }); });
        await client.close();
      }
    `,
    "a cursor": `
      export async function all() {
        await client.withSession(async (session) => {
          const cursor = orders.find({}, { session });
          await cursor.toArray();
          await cursor.close();
        });
      }
    `,
    "express-session": `
      export function logout(req, res) {
        req.session.destroy(() => res.end());
      }
    `,
    "a session of one's own": `
      const sessions = { withSession: async (work) => work({ endSession: async () => {} }) };
      export async function run() {
        await sessions.withSession(async (session) => { await session.endSession(); });
      }
    `,
    puppeteer: `
      export async function trace(page) {
        await page.withSession(async (session) => { await session.detach(); await session.endSession(); });
      }
    `,
  }),
});
