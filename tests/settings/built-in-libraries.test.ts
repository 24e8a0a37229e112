import { describe, expect, it } from "vitest";
import { defineLibrary } from "../../src/libraries/define-library.js";
import { libraries } from "../../src/libraries/index.js";

describe("the built-in description", () => {
  it.each(libraries.map((library) => [library.name, library] as const))(
    "of %s is one that a user could write",
    (_name, library) => {
      expect(defineLibrary(library)).toEqual(library);
    },
  );
});
