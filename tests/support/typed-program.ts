import { dirname, join } from "node:path";
import ts from "typescript";
import { root } from "./cases.js";

const configFile = join(root, "tests/support/project/tsconfig.json");
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(configFile, ts.sys.readFile).config,
  ts.sys,
  dirname(configFile),
);
/** Shared by all programs of a worker: the declaration files of Node and the libraries are read once. */
const declarations = new Map<string, ts.SourceFile | undefined>();

/** One program over the files of a whole table, which need not exist on disk: one type checker for all cases. */
export function createProgramOf(files: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(options, true);
  const directories = new Set([...files.keys()].map((path) => dirname(path)));
  const { getSourceFile, fileExists, readFile } = host;
  return ts.createProgram([...files.keys()], options, {
    ...host,
    fileExists: (path) => files.has(path) || fileExists(path),
    readFile: (path) => files.get(path) ?? readFile(path),
    directoryExists: (path) => directories.has(path) || ts.sys.directoryExists(path),
    getSourceFile: (path, languageVersion, ...rest) => {
      const text = files.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, languageVersion, true);
      if (!path.endsWith(".d.ts") && !path.includes("/node_modules/"))
        return getSourceFile(path, languageVersion, ...rest);
      if (!declarations.has(path)) declarations.set(path, getSourceFile(path, languageVersion, ...rest));
      return declarations.get(path);
    },
  });
}

/** What the compiler says of one file, without positions. */
export function typeErrorsOf(program: ts.Program, path: string): string[] {
  const file = program.getSourceFile(path);
  if (!file) return [`${path} is not part of the program`];
  return program
    .getSemanticDiagnostics(file)
    .map((diagnostic) => `TS${diagnostic.code}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")}`);
}
