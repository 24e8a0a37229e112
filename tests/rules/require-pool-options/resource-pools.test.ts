import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { missing, onlyAcquireTimeout } from "./support.js";

const single = {
  settings: "`max` and `acquireTimeoutMillis`",
  defaults: "keeps a single resource and waits for ever for it",
};
const redis = {
  engine: "RedisClientPool",
  library: "redis",
  settings: "`maximum` and `acquireTimeout`",
  defaults: "keeps up to 100 connections and waits 3 seconds for a free one",
};
const factory = "const factory = { create: async () => ({}), destroy: async () => {} };\n";
const importGenericPool = `import genericPool from "generic-pool";\n${factory}`;
const importTarn = `import { Pool } from "tarn";\n${factory}`;

testRule("pools of anything", rule, {
  valid: [
    `${importGenericPool}genericPool.createPool(factory, { max: 4, acquireTimeoutMillis: 1000 });`,
    {
      name: "unseen",
      code: `${importGenericPool}export const open = (options) => genericPool.createPool(factory, options);`,
    },
    {
      name: "unseen, both",
      code: `${importGenericPool}export const open = (given) => genericPool.createPool(...given);`,
    },
    `${importTarn}new Pool({ ...factory, min: 0, max: 4, acquireTimeoutMillis: 1000 });`,
    'import { createClientPool } from "redis";\ncreateClientPool({ url: "redis://db" }, { maximum: 4, acquireTimeout: 1000 });',
    'import { createClient } from "redis";\ncreateClient().createPool({ maximum: 4, acquireTimeout: 1000 });',
    {
      name: "a single connection",
      code: 'import { createClient } from "redis";\ncreateClient({ url: "redis://db" });',
    },
    { name: "ioredis", code: 'import Redis, { Cluster } from "ioredis";\nnew Redis(); new Cluster([]);' },
    'import snowflake from "snowflake-sdk";\nsnowflake.createPool({ account: "a" }, { max: 4, acquireTimeoutMillis: 1000 });',
    {
      name: "a single connection",
      code: 'import snowflake from "snowflake-sdk";\nsnowflake.createConnection({ account: "a" });',
    },
  ],
  invalid: [
    missing({
      ...single,
      code: `import * as genericPool from "generic-pool";\n${factory}genericPool.createPool(factory);`,
      at: "genericPool.createPool",
      engine: "generic-pool Pool",
      library: "generic-pool",
      output: `import * as genericPool from "generic-pool";\n${factory}genericPool.createPool(factory, { max: 1 });`,
      suggestion: [
        "`acquireTimeoutMillis: 30000`",
        `import * as genericPool from "generic-pool";\n${factory}genericPool.createPool(factory, { acquireTimeoutMillis: 30000 });`,
      ],
    }),
    missing({
      name: "tarn, which must be told its size",
      code: `${importTarn}new Pool({ create: factory.create, destroy: factory.destroy, min: 0, max: 4 });`,
      at: "new",
      engine: "tarn Pool",
      library: "tarn",
      settings: "`acquireTimeoutMillis`",
      defaults: "waits 30 seconds for a free connection",
      output: `${importTarn}new Pool({ create: factory.create, destroy: factory.destroy, min: 0, max: 4, acquireTimeoutMillis: 30000 });`,
    }),
    missing({
      ...redis,
      code: 'import { createClientPool } from "redis";\ncreateClientPool({ url: "redis://db" });',
      at: "createClientPool(",
      output:
        'import { createClientPool } from "redis";\ncreateClientPool({ url: "redis://db" }, { maximum: 100, acquireTimeout: 3000 });',
    }),
    missing({
      ...redis,
      name: "of a client",
      code: 'import { createClient } from "redis";\ncreateClient().createPool({ maximum: 4 });',
      at: "createClient()",
      options: onlyAcquireTimeout,
      settings: "`acquireTimeout`",
      defaults: "waits 3 seconds for a free connection",
      output: 'import { createClient } from "redis";\ncreateClient().createPool({ maximum: 4, acquireTimeout: 3000 });',
    }),
    missing({
      ...single,
      name: "snowflake",
      code: 'const { createPool } = require("snowflake-sdk");\ncreatePool({ account: "a" }, { min: 0 });',
      filename: "case.cjs",
      at: "createPool(",
      engine: "snowflake-sdk Pool",
      library: "snowflake-sdk",
      output: 'const { createPool } = require("snowflake-sdk");\ncreatePool({ account: "a" }, { min: 0, max: 1 });',
      suggestion: [
        "`acquireTimeoutMillis: 30000`",
        'const { createPool } = require("snowflake-sdk");\ncreatePool({ account: "a" }, { min: 0, acquireTimeoutMillis: 30000 });',
      ],
    }),
  ],
});
