import { fileURLToPath } from "node:url";
import js from "@eslint/js";
import eslintPlugin from "eslint-plugin-eslint-plugin";
import tseslint from "typescript-eslint";
// The plugin as users get it: `npm run build` first.
import dbSession from "./dist/index.js";

const libraryNames =
  "db-session|drizzle|generic-pool|knex|kysely|mariadb|mikro-orm|mongodb|mongoose|mssql|mysql2|neo4j|oracledb|pg|pg-pool|pg-promise|postgres|prisma|sequelize|slonik|tarn|typeorm";

const loose = Object.fromEntries(
  [
    "ban-ts-comment",
    "no-explicit-any",
    "no-unsafe-argument",
    "no-unsafe-assignment",
    "no-unsafe-call",
    "no-unsafe-member-access",
    "no-unsafe-return",
    "prefer-promise-reject-errors",
    "require-await",
    "unbound-method",
  ].map((name) => [`@typescript-eslint/${name}`, "off"]),
);

const typesOnly = ["eslint", "typescript", "@typescript-eslint/utils"].map((name) => ({
  name,
  allowTypeImports: true,
  message: "The plugin loads without it: import types only.",
}));

/** Imports run one way: rules → lifetimes, engines, fixes → flow, resolve, project → libraries. */
function mayNotImport(files, folders, why, { packages = [], types = false } = {}) {
  const patterns = [
    ...folders.map((folder) => ({ group: [`**/${folder}/**`], message: why, allowTypeImports: types })),
    ...packages.map((name) => ({ group: [name, `${name}/*`], message: why })),
  ];
  return {
    files: [`${files}/**/*.ts`],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { paths: typesOnly, patterns }] },
  };
}

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "**/coverage/",
      ".demo/",
      "examples/",
      "**/.postgres/",
      "tests/support/project/",
      "tests/**/fixtures/",
      "benchmarks/results/",
    ],
  },
  js.configs.recommended,
  { rules: { "no-control-regex": "off" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["vitest.config.ts"] },
        tsconfigRootDir: fileURLToPath(new URL(".", import.meta.url)),
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // Node types are compared with strings: the enum would be an import for values.
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    languageOptions: {
      globals: { console: "readonly", process: "readonly", URL: "readonly", performance: "readonly" },
    },
  },
  {
    files: ["rules/**/*.ts"],
    extends: [eslintPlugin.configs.recommended],
    rules: {
      "eslint-plugin/require-meta-default-options": "off", // createRule derives it.
      "no-restricted-syntax": [
        "error",
        {
          selector: `Literal[value=/^(${libraryNames})$/], TemplateElement[value.raw=/\\b(${libraryNames})\\b/]`,
          message: "Rules hold no library names: ask the library's description.",
        },
      ],
    },
  },
  mayNotImport("src", [], "It loads by itself."),
  mayNotImport("rules", ["libraries", "flow"], "A rule asks for a file's model.", { types: true }),
  mayNotImport("src/fixes", ["rules", "flow"], "Imports run rules → lifetimes, fixes → flow, resolve → libraries."),
  mayNotImport(
    "src/lifetimes",
    ["rules", "fixes"],
    "Imports run rules → lifetimes, fixes → flow, resolve → libraries.",
  ),
  mayNotImport(
    "src/engines",
    ["rules", "fixes", "lifetimes", "flow"],
    "engines stands beside lifetimes, without flow.",
  ),
  mayNotImport("src/resolve", ["rules", "fixes", "lifetimes", "engines", "flow"], "resolve imports libraries only."),
  mayNotImport(
    "src/project",
    ["rules", "fixes", "lifetimes", "engines", "resolve", "flow"],
    "project reads the files around the linted one, and knows no code.",
  ),
  mayNotImport(
    "src/flow",
    ["rules", "fixes", "lifetimes", "engines", "resolve", "project", "libraries"],
    "flow knows no databases and no lint host.",
    { packages: ["eslint", "@typescript-eslint/utils/ts-eslint", "@typescript-eslint/utils/eslint-utils"] },
  ),
  mayNotImport(
    "src/libraries",
    ["rules", "fixes", "lifetimes", "engines", "resolve", "project", "flow"],
    "Library descriptions are data.",
  ),
  { files: ["runtime/**/*.ts"], extends: [dbSession.configs.recommended] },
  {
    // Fakes, probes and stand-ins for any library's connection are loosely typed on purpose.
    files: ["tests/**/*.ts", "benchmarks/**/*.ts", "runtime/src/lease.ts", "runtime/src/lease/**/*.ts"],
    rules: loose,
  },
  { files: ["tests/**/*.ts", "benchmarks/**/*.ts", "scripts/**"], rules: { "no-console": "off" } },
);
