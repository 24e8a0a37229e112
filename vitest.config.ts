import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      // They all load the same linters and TypeScript, and keep nothing of one another: one module graph for each worker.
      { extends: true, test: { name: "rules", include: ["tests/rules/**/*.test.ts"], isolate: false } },
      {
        extends: true,
        test: {
          name: "others",
          include: ["tests/**/*.test.ts"],
          exclude: ["tests/rules/**", "tests/support/project/**"],
        },
      },
    ],
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
