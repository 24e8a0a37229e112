import tseslint from "typescript-eslint";
// In a project of your own: import dbSession from "eslint-plugin-db-session";
import dbSession from "../../dist/index.js";

export default [{ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } }, dbSession.configs.recommended];
