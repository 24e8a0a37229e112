import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, write } from "../support/cases.js";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project outside the repository, with the built plugin installed as npm would and some of our packages beside it. */
export class Project {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "db-session-")));

  constructor(files: Readonly<Record<string, string>>, packages: readonly string[]) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    const plugin = join(this.directory, "node_modules", "eslint-plugin-db-session");
    for (const item of ["dist", "package.json"]) cpSync(join(root, item), join(plugin, item), { recursive: true });
    for (const name of packages) this.#link(name);
  }

  write(name: string, text: string): void {
    write(join(this.directory, name), text);
  }

  /** Runs a program of `node_modules/.bin` or of Node itself. */
  run(command: string, parameters: readonly string[], environment: NodeJS.ProcessEnv = {}): Outcome {
    const path = `${join(this.directory, "node_modules", ".bin")}:${process.env["PATH"]}`;
    const env = {
      ...process.env,
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
      DB_SESSION_DEBUG: "",
      ...environment,
      PATH: path,
    };
    return spawnSync(command, parameters, { cwd: this.directory, encoding: "utf8", env });
  }

  #link(name: string): void {
    const modules = join(this.directory, "node_modules");
    const target = join(modules, ...name.split("/"));
    mkdirSync(join(target, ".."), { recursive: true });
    symlinkSync(join(root, "node_modules", name), target, "dir");
    mkdirSync(join(modules, ".bin"), { recursive: true });
    const programs = readdirSync(join(root, "node_modules", ".bin")).filter((program) => program === name);
    for (const program of programs)
      symlinkSync(join(root, "node_modules", ".bin", program), join(modules, ".bin", program));
  }
}

/** A pool without settings, a leak, and a close inside a scope: one fault of each rule. */
export const faultyFile = `import { Pool } from "pg";
import { asyncSessionmaker, createAsyncEngine } from "db-session";

export const pool = new Pool();

export async function find(id) {
  const client = await pool.connect();
  const { rows } = await client.query("select * from orders where id = $1", [id]);
  client.release();
  return rows[0];
}

const engine = createAsyncEngine("postgresql://localhost", { poolSize: 5, maxOverflow: 5, poolTimeoutMillis: 1000 });
const openSession = asyncSessionmaker(engine);

export async function count() {
  return openSession.begin(async (session) => {
    const { rows } = await session.query("select count(*) from orders");
    await session.commit();
    return rows[0].count;
  });
}
`;

export const cleanFile = `import { Pool } from "pg";

export const pool = new Pool({ max: 10, connectionTimeoutMillis: 1000 });

export async function find(id) {
  const { rows } = await pool.query("select * from orders where id = $1", [id]);
  return rows[0];
}
`;

/** What the rules say of \`faultyFile\`: rule and line. */
export const faults = [
  ["db-session/require-pool-options", 4],
  ["db-session/require-scope", 7],
  ["db-session/no-redundant-close", 19],
] as const;
