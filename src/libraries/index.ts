import { databasesPg } from "./databases-pg.js";
import { dbSession } from "./db-session.js";
import type { Library } from "./description.js";
import { drizzle } from "./drizzle.js";
import { nodeSqlite, pglite } from "./embedded.js";
import { genericPool } from "./generic-pool.js";
import { knex } from "./knex.js";
import { kysely } from "./kysely.js";
import { mariadb } from "./mariadb.js";
import { mikroOrm } from "./mikro-orm.js";
import { mongodb } from "./mongodb.js";
import { mongoose } from "./mongoose.js";
import { mssql } from "./mssql.js";
import { mysql, mysql2 } from "./mysql2.js";
import { neo4j } from "./neo4j.js";
import { neon, vercelPostgres } from "./neon.js";
import { oracledb } from "./oracledb.js";
import { pg } from "./pg.js";
import { pgPromise } from "./pg-promise.js";
import { postgresJs } from "./postgres-js.js";
import { prisma } from "./prisma.js";
import { redis } from "./redis.js";
import { sequelize } from "./sequelize.js";
import { sequelizeCore } from "./sequelize-core.js";
import { slonik } from "./slonik.js";
import { snowflake } from "./snowflake.js";
import { tarn } from "./tarn.js";
import { typeorm } from "./typeorm.js";

/** Every library that is known, in no particular order. */
export const libraries: readonly Library[] = [
  dbSession,
  pg,
  postgresJs,
  mysql2,
  mysql,
  mariadb,
  typeorm,
  mikroOrm,
  mongodb,
  mongoose,
  sequelize,
  sequelizeCore,
  knex,
  kysely,
  drizzle,
  prisma,
  pgPromise,
  slonik,
  databasesPg,
  neon,
  vercelPostgres,
  mssql,
  oracledb,
  neo4j,
  genericPool,
  tarn,
  redis,
  snowflake,
  pglite,
  nodeSqlite,
];
