import { genericPoolCreation, genericPoolTypes } from "./generic-pool.js";
import type { Library } from "./description.js";
import { method } from "./shorthand.js";

/** The Snowflake driver, whose pools are generic-pool's. */
export const snowflake: Library = {
  name: "snowflake-sdk",
  packages: ["snowflake-sdk"],
  modules: {
    "snowflake-sdk": {
      exports: {
        createPool: method({ returns: { type: "Pool" }, effect: { kind: "create", engine: genericPoolCreation } }),
      },
    },
  },
  types: genericPoolTypes,
};
