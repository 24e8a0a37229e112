import { inspect } from "node:util";
import type { Clock } from "../clock.js";
import type { Logger, QueryParameters, QueryResult } from "../types.js";

const MAX_PARAMETERS_SHOWN = 20;
const MAX_TEXT_SHOWN = 200;

/** The same logger, except that what it throws is lost: no connection and no result may depend on a log. */
export function makeHarmless(logger: Logger): Logger {
  const guarded =
    (level: keyof Logger) =>
    (...data: unknown[]): void => {
      try {
        logger[level](...data);
      } catch {
        // There is nowhere to tell.
      }
    };
  return { debug: guarded("debug"), info: guarded("info"), warn: guarded("warn"), error: guarded("error") };
}

/** Logs statements with how long they took: what `echo` is for. */
export class StatementLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #hideParameters: boolean;

  constructor(logger: Logger, clock: Clock, hideParameters: boolean) {
    this.#logger = logger;
    this.#clock = clock;
    this.#hideParameters = hideParameters;
  }

  /** Resolves and rejects as `running` does. */
  async follow<Row>(
    running: Promise<QueryResult<Row>>,
    sql: string,
    params: QueryParameters = [],
    begin?: string,
  ): Promise<QueryResult<Row>> {
    const start = this.#clock.now();
    const text = `${begin === undefined ? "" : `${begin}; `}${sql}${this.#describe(params)}`;
    const took = (): string => `${(this.#clock.now() - start).toFixed(1)} ms`;
    try {
      const result = await running;
      const rows = result.rowCount === null ? "" : `, ${result.rowCount} row${result.rowCount === 1 ? "" : "s"}`;
      this.#logger.info(`db-session: ${text} (${took()}${rows})`);
      return result;
    } catch (error) {
      const reason = this.#hideParameters ? describeWithoutMessage(error) : describeError(error);
      this.#logger.info(`db-session: ${text} (failed after ${took()}: ${reason})`);
      throw error;
    }
  }

  #describe(params: QueryParameters): string {
    if (params.length === 0) return "";
    if (this.#hideParameters) return ` [${params.length} hidden]`;
    const options = { depth: 2, breakLength: Infinity, maxStringLength: MAX_TEXT_SHOWN };
    try {
      return ` ${inspect(params, { ...options, maxArrayLength: MAX_PARAMETERS_SHOWN })}`;
    } catch {
      // A value of the caller's may have an `inspect` of its own.
      return ` [${params.length} that cannot be shown]`;
    }
  }
}

/** The database quotes values in its messages. */
export function describeWithoutMessage(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "message hidden";
}

/** An error in one line, without its stack and causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === "string" ? error : inspect(error, { depth: 1 });
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? `${code}: ${error.message}` : `${error.name}: ${error.message}`;
}
