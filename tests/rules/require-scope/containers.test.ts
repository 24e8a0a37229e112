import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, queryRunner, verdicts } from "./support.js";

const typescriptOnly = { parsers: ["typescript", "typed"] } as const;
const leak = {
  of: pgClient,
  kind: "notClosedOnThrow",
  variable: "client",
  line: "await client.query",
  ...typescriptOnly,
} as const;
const use = 'await client.query("SELECT 1"); client.release();';

// What is taken out of maps, records and containers of dependencies.
testRule(
  "require-scope",
  rule,
  verdicts(
    'import { Pool } from "pg";\n',
    {
      "a map of something else": {
        ...typescriptOnly,
        code: `
          interface Socket { connect(): Promise<{ query(text: string): Promise<void>; release(): void }> }
          const sockets = new Map<string, Socket>();
          export async function find(tenant: string) {
            const client = await sockets.get(tenant)!.connect();
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
      "a map by its keys": {
        ...typescriptOnly,
        code: `
          const names = new Map<Pool, { connect(): Promise<{ query(text: string): Promise<void>; release(): void }> }>();
          export async function find(pool: Pool) {
            const client = await names.get(pool)!.connect();
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
      "a client that somebody else made and keeps in a map": {
        ...typescriptOnly,
        code: `
          import { Client } from "pg";
          const clients = new Map<string, Client>();
          export async function find(tenant: string) {
            const client = clients.get(tenant)!;
            await client.connect();
            return client.query("SELECT 1");
          }
        `,
      },
      "an own class called Map": {
        parsers: ["typescript"],
        code: `
          import { Map } from "elsewhere";
          const pools = new Map<string, Pool>();
          export async function find(tenant: string) {
            const client = await pools.get(tenant).connect();
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
    },
    {
      "a map of pools": {
        ...leak,
        at: "pool.connect()",
        code: `
          export class Tenants {
            private readonly pools = new Map<string, Pool>();
            async find(tenant: string) {
              const pool = this.pools.get(tenant);
              if (!pool) throw new Error("unknown");
              const client = await pool.connect();
              ${use}
            }
          }
        `,
      },
      "all pools of a map": {
        ...leak,
        at: "pool.connect()",
        code: `
          export async function touch(pools: ReadonlyMap<string, Pool>) {
            for (const pool of pools.values()) {
              const client = await pool.connect();
              ${use}
            }
          }
        `,
      },
      "a record of pools, by a name that is written out and by one that is not": {
        ...leak,
        at: "pools[tenant]!.connect()",
        code: `
          declare const pools: Record<string, Pool>;
          export async function find(tenant: string) {
            const client = await pools[tenant]!.connect();
            ${use}
          }
          export async function findFirst() {
            const client = await pools.first!.connect();
            try {
              return await client.query("SELECT 1");
            } finally {
              client.release();
            }
          }
        `,
      },
      "an index signature": {
        ...leak,
        at: "pools[tenant]!.connect()",
        code: `
          interface Pools { [tenant: string]: Pool }
          export async function find(pools: Pools, tenant: string) {
            const client = await pools[tenant]!.connect();
            ${use}
          }
        `,
      },
      "an array by a number": {
        ...leak,
        at: "pools[turn % 4]!.connect()",
        code: `
          export async function find(pools: Pool[], turn: number) {
            const client = await pools[turn % 4]!.connect();
            ${use}
          }
        `,
      },
      "the getter of an interface": {
        ...leak,
        at: "provider.pool.connect()",
        code: `
          interface Provider { get pool(): Pool }
          export async function find(provider: Provider) {
            const client = await provider.pool.connect();
            ${use}
          }
        `,
      },
      "an abstract getter": {
        ...leak,
        at: "provider.pool.connect()",
        code: `
          abstract class Provider { abstract get pool(): Pool }
          export async function find(provider: Provider) {
            const client = await provider.pool.connect();
            ${use}
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
    'import { DataSource } from "typeorm";\n',
    {
      "a container that is asked for something else": `
        import { container } from "tsyringe";
        class DataSources {}
        export async function find() {
          const runner = container.resolve(DataSources).createQueryRunner();
          await runner.query("SELECT 1");
        }
      `,
      "a client that the container keeps": `
        import { Client } from "pg";
        export async function find(container) {
          const client = container.resolve(Client);
          await client.connect();
          return client.query("SELECT 1");
        }
      `,
      "a test's container, that gives what the test has put there": `
        export async function find(Test, mock) {
          const module = await Test.createTestingModule({ providers: [{ provide: DataSource, useValue: mock }] }).compile();
          const runner = module.get(DataSource).createQueryRunner();
          await runner.query("SELECT 1");
        }
      `,
      "no container": `
        import { lookup } from "elsewhere";
        export async function find() {
          const runner = lookup.describe(DataSource).createQueryRunner();
          await runner.query("SELECT 1");
        }
      `,
    },
    {
      "a container that is asked by the class": {
        at: "container.resolve(DataSource).createQueryRunner()",
        of: queryRunner,
        kind: "neverClosed",
        variable: "runner",
        line: "end",
        code: `
          import { container } from "tsyringe";
          export async function find() {
            const runner = container.resolve(DataSource).createQueryRunner();
            await runner.query("SELECT 1");
          }
        `,
      },
      "an application that is asked by a name": {
        at: 'app.get<DataSource>("DATA_SOURCE").createQueryRunner()',
        of: queryRunner,
        kind: "neverClosed",
        variable: "runner",
        line: "end",
        parsers: ["typescript"],
        code: `
          import { app } from "elsewhere";
          export async function find() {
            const runner = app.get<DataSource>("DATA_SOURCE").createQueryRunner();
            await runner.query("SELECT 1");
          }
        `,
      },
    },
  ),
);
