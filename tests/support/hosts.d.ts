declare module "eslint-v8/use-at-your-own-risk" {
  import type { ESLint, RuleTester } from "eslint";
  const api: {
    FlatRuleTester: typeof RuleTester;
    FlatESLint: typeof ESLint;
    LegacyESLint: new (options: object) => ESLint;
  };
  export default api;
}
declare module "eslint-v9" {
  export { ESLint, Linter, RuleTester } from "eslint";
}
