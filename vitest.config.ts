import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/support/project/**"],
    globalSetup: "tests/support/global-setup.ts",
    env: {
      // Rules fall silent after an internal error; tests want to hear of it.
      DB_SESSION_DEBUG: "1",
    },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: process.env["CI_RESULTS"]
      ? ["default", ["json", { outputFile: process.env["CI_RESULTS"] }]]
      : ["default"],
  },
});
