import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { mikroEntityManager, verdicts } from "../support.js";

const preamble = `import { MikroORM } from "@mikro-orm/postgresql";
const orm = await MikroORM.init({ dbName: "db", pool: { max: 4 } });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "a fork, which holds nothing": `
        export async function find() {
          const em = orm.em.fork();
          return await em.find("User", {});
        }
      `,
      "a transaction of the library's own": `
        export async function save() {
          await orm.em.fork().transactional(async (em) => {
            em.persist({});
            await em.flush();
          });
        }
      `,
      "committed, or rolled back": `
        export async function save() {
          const em = orm.em.fork();
          await em.begin();
          try {
            em.persist({});
            await em.commit();
          } catch (error) {
            await em.rollback();
            throw error;
          }
        }
      `,
      "a fork of what is injected, ended on each path": `
        import type { EntityManager } from "@mikro-orm/core";
        export class Orders {
          constructor(private readonly em: EntityManager) {}
          async save(order: object) {
            const em = this.em.fork();
            await em.begin({});
            try {
              em.persist(order);
              await em.commit();
            } finally {
              if (em.isInTransaction()) await em.rollback();
            }
          }
          all() {
            return this.em.transactional(async (em) => await em.transactional(async (inner) => await inner.flush()));
          }
        }
      `,
      "a contract that begins": `
        export async function sign(contract) {
          await contract.begin();
          await contract.seal();
        }
      `,
    },
    {
      "only committed": {
        at: "em.begin()",
        of: mikroEntityManager,
        kind: "notClosedOnThrow",
        line: "await em.find",
        code: `
          export async function save() {
            const em = orm.em.fork();
            await em.begin();
            await em.find("User", {});
            await em.commit();
          }
        `,
      },
      "an early return between begin and commit": {
        at: "em.begin()",
        of: mikroEntityManager,
        kind: "notClosedOnSomePath",
        line: "return undefined",
        code: `
          import type { EntityManager } from "@mikro-orm/core";
          export async function save(given: EntityManager, id?: number) {
            const em = given.fork();
            await em.begin();
            if (id === undefined) return undefined;
            try {
              await em.commit();
            } catch {
              await em.rollback();
            }
          }
        `,
      },
      "never ended": {
        at: "em.begin()",
        of: mikroEntityManager,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function save() {
            const em = orm.em.fork();
            await em.begin();
            await em.flush();
          }
        `,
      },
    },
  ),
);
