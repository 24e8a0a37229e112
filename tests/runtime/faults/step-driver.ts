import type { Driver, DriverConnection } from "../../../runtime/src/index.js";

/** Numbers what a driver does: each call is a step when it begins, and another when it has settled. */
export interface StepDriver extends Driver {
  /** Those so far, such as `query begin` or `close end`. */
  readonly steps: string[];
  /** Called at each step, before the call is passed on or its end is told. */
  onStep: ((step: number) => void) | undefined;
  /** Connections that were opened and have not been told to close. */
  readonly live: ReadonlySet<DriverConnection>;
}

export function makeStepDriver(driver: Driver): StepDriver {
  const steps: string[] = [];
  const live = new Set<DriverConnection>();

  const numbered = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    note(`${name} begin`);
    try {
      return await call();
    } finally {
      note(`${name} end`);
    }
  };
  const note = (what: string): void => stepping.onStep?.(steps.push(what));

  const wrap = (connection: DriverConnection): DriverConnection => {
    live.add(connection);
    return {
      get status() {
        return connection.status;
      },
      client: connection.client,
      query: (sql, params, options) =>
        numbered(`query ${options?.begin ?? ""} ${sql}`, () => connection.query(sql, params, options)),
      ping: () => numbered("ping", () => connection.ping()),
      cancel: () => numbered("cancel", () => connection.cancel()),
      close() {
        live.delete(connection);
        return numbered("close", () => connection.close());
      },
      terminate() {
        live.delete(connection);
        note("terminate");
        connection.terminate();
      },
    };
  };

  const stepping: StepDriver = {
    system: driver.system,
    steps,
    live,
    onStep: undefined,
    ...(driver.clock ? { clock: driver.clock } : {}),
    connect: (options) => numbered("connect", async () => wrap(await driver.connect(options))),
  };
  return stepping;
}
