import { dbSession } from "./db-session.js";
import type { Library } from "./description.js";
import { knex } from "./knex.js";
import { mongodb } from "./mongodb.js";
import { mongoose } from "./mongoose.js";
import { mysql, mysql2 } from "./mysql2.js";
import { pg } from "./pg.js";
import { sequelize } from "./sequelize.js";
import { typeorm } from "./typeorm.js";

/** Every library that is known, in no particular order. */
export const libraries: readonly Library[] = [
  dbSession,
  pg,
  mysql2,
  mysql,
  typeorm,
  mongodb,
  mongoose,
  sequelize,
  knex,
];
