import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface SourceFile {
  readonly filename: string;
  readonly text: string;
  /** The tree that it belongs to. */
  readonly root: string;
}

const skipped = new Set(["node_modules", ".git", "dist"]);
const isSource = /(?<!\.d)\.[cm]?[jt]sx?$/;
const largest = 400_000;
/** Files without any of these open nothing. */
const telling =
  /require-scope|createQueryRunner|startSession|getConnection|\.connect\(|ransaction|Pool\(|acquire|createConnection|reserve\(|sessionmaker|Client\(|\.session\(/;

/** The files of a directory of trees that may open a session. */
export function* filesOf(corpus: string): Generator<SourceFile> {
  for (const tree of readdirSync(corpus).sort()) {
    const root = join(corpus, tree);
    if (statSync(root).isDirectory()) yield* filesIn(root, root);
  }
}

function* filesIn(directory: string, root: string): Generator<SourceFile> {
  for (const entry of readdirSync(directory).sort()) {
    const filename = join(directory, entry);
    const status = statSync(filename, { throwIfNoEntry: false });
    if (status?.isDirectory() && !skipped.has(entry)) yield* filesIn(filename, root);
    else if (status?.isFile() && status.size < largest && isSource.test(entry)) {
      const text = readFileSync(filename, "utf8");
      if (telling.test(text)) yield { filename, text, root };
    }
  }
}
