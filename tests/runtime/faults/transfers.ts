import type { AsyncEngine, AsyncSession } from "../../../runtime/src/index.js";

/**
 * How a transfer ended, as its caller was told: `failed` is any failure before COMMIT or a COMMIT that the server refused, `unknown` is
 * `ERR_DB_SESSION_COMMIT_UNKNOWN`.
 */
export type Outcome = "confirmed" | "failed" | "unknown";

/** Numbered transfers of two entries each, and how each of them ended. */
export interface Transfers {
  /** Runs the next one in a session of its own. Never rejects. */
  run(openSession: () => AsyncSession, options?: TransferOptions): Promise<Outcome>;
  /** Those that ended so, since the beginning. */
  count(outcome: Outcome): number;
  /** What the failed ones failed with. */
  readonly errors: unknown[];
  /** Compares the table with what callers were told; empty where all is well. */
  findContradictions(engine: AsyncEngine): Promise<string[]>;
}

export interface TransferOptions {
  /** Aborts statements and the wait for a connection. */
  signal?: AbortSignal;
  timeoutMillis?: number;
  /** Run between the two entries. */
  between?(session: AsyncSession): Promise<unknown>;
}

const sides = ["debit", "credit"] as const;

/** @param engine one that no fault will hit, to make the table */
export async function createTransfers(engine: AsyncEngine): Promise<Transfers> {
  await engine.query("drop table if exists transfer_entries");
  await engine.query("create table transfer_entries (transfer int, side text, primary key (transfer, side))");
  const outcomes: Outcome[] = [];
  const errors: unknown[] = [];

  return {
    errors,
    count: (outcome) => outcomes.filter((one) => one === outcome).length,
    async run(openSession, { between, ...options } = {}) {
      const number = outcomes.push("failed") - 1;
      try {
        await using session = openSession();
        for (const side of sides) {
          await session.query("insert into transfer_entries values ($1, $2)", [number, side], options);
          if (side === "debit") await between?.(session);
        }
        await session.commit();
        outcomes[number] = "confirmed";
      } catch (error) {
        errors.push(error);
        if ((error as { code?: unknown }).code === "ERR_DB_SESSION_COMMIT_UNKNOWN") outcomes[number] = "unknown";
      }
      return outcomes[number]!;
    },
    async findContradictions(engine) {
      const { rows } = await engine.query<{ transfer: number; entries: number }>(
        "select transfer, count(*)::int as entries from transfer_entries group by transfer",
      );
      const entries = new Map(rows.map((row) => [row.transfer, row.entries]));
      const possible: Record<Outcome, number[]> = {
        confirmed: [sides.length],
        failed: [0],
        unknown: [0, sides.length],
      };
      return outcomes.flatMap((outcome, number) => {
        const found = entries.get(number) ?? 0;
        return possible[outcome].includes(found) ? [] : [`transfer ${number}: ${outcome}, ${found} entries`];
      });
    },
  };
}
