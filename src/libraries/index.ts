import type { Library } from "./description.js";
import { mongodb } from "./mongodb.js";
import { pg } from "./pg.js";
import { typeorm } from "./typeorm.js";

/** Every library that is known, in no particular order. */
export const libraries: readonly Library[] = [pg, typeorm, mongodb];
