import ts from "typescript";
import { fakeModules, Recorder } from "../../fixes/execution/fakes.js";
import type { Choose } from "../../flow/execution.js";
import { takeUnhandledRejections } from "../../support/unhandled-rejections.js";

/** What one run of a program did. */
export interface Run {
  readonly outcome: string;
  /** What was done to the database, but for closing and rolling back. */
  readonly work: readonly string[];
  readonly commits: number;
  /** Sessions that nobody gave back or was handed. */
  readonly leaked: number;
  /** Sessions that went back in the middle of a transaction. */
  readonly dirty: number;
  readonly closes: number;
  /** What was closed was used, or closed again where the library minds. */
  readonly isMisused: boolean;
  /** Promises that rejected while nobody listened. */
  readonly unhandled: number;
  readonly isEndless: boolean;
}

class Endless extends Error {}

const mostChoices = 60;

/** Closing and rolling back do not fail here: by which error that is told is an accepted difference. */
const surely = new Set(["close", "rollback"]);

class ChoosingRecorder extends Recorder {
  readonly choose: Choose;
  hasEnded = false;
  #choices = 0;

  constructor(choose: Choose) {
    super();
    this.choose = (count) => {
      if (++this.#choices > mostChoices) throw new Endless("endless");
      return choose(count);
    };
  }

  /** The process ends: what the program does then is not what it would have done. */
  end(): never {
    this.hasEnded = true;
    throw new Endless("ended");
  }

  override step(name: string): Promise<void> {
    this.events.push(name);
    const settled = this.#settle(name);
    // Node need not hear of it before the program waits.
    settled.catch(() => {});
    return settled;
  }

  async #settle(name: string): Promise<void> {
    await Promise.resolve();
    if (!surely.has(name) && this.choose(2) === 1) throw new Error(`fault at ${name}`);
  }
}

export type Main = (require: (name: string) => unknown) => Promise<unknown>;

/** As for Node 20, which has no `await using` of its own. */
export function compile(program: string): Main {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true };
  const { outputText } = ts.transpileModule(program, { compilerOptions });
  // The program is the test's own text, compiled for this Node.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const evaluate = new Function(
    "require",
    "exports",
    "given",
    "process",
    `${outputText}; return exports.main(...given());`,
  ) as (
    require: (name: string) => unknown,
    exports: object,
    given: () => unknown[],
    process: object,
  ) => Promise<unknown>;
  return (require) => {
    const app = require("app") as App;
    return evaluate(require, {}, () => app.given(), { exit: () => app.exit() });
  };
}

interface App {
  exit(): never;
  given(): unknown[];
}

export async function execute(main: Main, choose: Choose): Promise<Run> {
  const recorder = new ChoosingRecorder(choose);
  const modules = { ...fakeModules(recorder), app: app(recorder) } as Record<string, unknown>;
  modules["mysql2/promise"] = withReleaseConnection(modules["mysql2/promise"] as MySql);
  let outcome: string;
  let isEndless = false;
  using rejections = takeUnhandledRejections();
  try {
    outcome = `value ${JSON.stringify(await main((name) => modules[name]))}`;
  } catch (error) {
    isEndless = error instanceof Endless;
    outcome = `error ${(error as Error).message}`;
  }
  // Node tells of them when nothing is left to be done at once.
  await new Promise(setImmediate);
  const { events, commits, open: leaked, dirty, isMisused } = recorder;
  return {
    outcome,
    work: events.filter((event) => event !== "close" && event !== "rollback"),
    closes: events.filter((event) => event === "close").length,
    commits,
    leaked,
    dirty,
    isMisused,
    unhandled: rejections.seen.length,
    isEndless: isEndless || recorder.hasEnded,
  };
}

function app(recorder: ChoosingRecorder): object {
  const { choose } = recorder;
  const flip = (): boolean => choose(2) === 1;
  const many = (): unknown[] => Array.from({ length: choose(3) });
  return {
    given: () => [flip(), flip()],
    Failure: class extends Error {
      constructor() {
        super("failure");
        recorder.events.push("failure");
      }
    },
    work: () => recorder.step("work"),
    step: () => recorder.events.push("step"),
    settings: () => ({}),
    exit: () => recorder.end(),
    coin: flip,
    decide: async () => {
      await recorder.step("decide");
      return flip();
    },
    pick: async (count: number) => {
      await recorder.step("pick");
      return choose(count);
    },
    items: many,
    keys: many,
    stream: async function* () {
      for (let turn = 0; turn < 3 && flip(); turn++) {
        await recorder.step("stream");
        yield turn;
      }
    },
  };
}

interface MySql {
  readonly createPool: () => object;
}

function withReleaseConnection({ createPool }: MySql): MySql {
  const releaseConnection = (connection: { release(): void }): void => connection.release();
  return { createPool: () => Object.assign(createPool(), { releaseConnection }) };
}
