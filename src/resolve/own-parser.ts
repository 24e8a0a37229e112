import { createRequire } from "node:module";
import type { Parser } from "./parse-file.js";

declare const PARSER_FILE: string;
/** What `src/parser` is built into; the build says where that is from the built plugin. */
const file = typeof PARSER_FILE === "string" ? PARSER_FILE : "../../dist/parser.cjs";

/** The parser that comes with the plugin. Loaded at first use: ESLint's users never need it. */
export const ownParser: Parser = {
  parseForESLint: (text, options) =>
    (createRequire(import.meta.url)(file) as Required<Parser>).parseForESLint(text, options),
};
