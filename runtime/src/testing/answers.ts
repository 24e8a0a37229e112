import type { FieldDescription, QueryParameters, QueryResult } from "../types.js";

/** A statement that asks for its answer. */
export interface FakeCall {
  sql: string;
  params: QueryParameters;
  /** The `id` of the connection that it runs on. */
  connectionId: number;
}

export type FakeRows = readonly Record<string, unknown>[];
/** Rows, a whole result, or the error that the statement fails with. */
export type FakeAnswer = FakeRows | Partial<QueryResult> | Error;
/** May also throw the error. */
export type FakeAnswerer = (call: FakeCall) => FakeAnswer | Promise<FakeAnswer>;

export interface RespondOptions {
  /** How often to answer so; then what was said before holds again. Default: `Infinity`. */
  times?: number;
  /** How long these statements run, in milliseconds. Default: the driver's `queryDelayMillis`. */
  delayMillis?: number;
}

/** What the fake server says to the statements that match. */
export interface AnswerRule extends RespondOptions {
  statement: string | RegExp;
  answer: FakeAnswer | FakeAnswerer;
}

/** The rules of one driver; the youngest that matches answers. */
export class Answers {
  #rules: AnswerRule[] = [];

  add(rule: AnswerRule): void {
    this.#rules.unshift({ ...rule });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rule for one run of the statement, counted as used. */
  take(sql: string): AnswerRule | undefined {
    if (this.#rules.length === 0) return undefined;
    const rule = this.#rules.find(({ statement, times = Infinity }) => times > 0 && matches(statement, sql));
    if (rule?.times !== undefined) rule.times--;
    return rule;
  }
}

function matches(statement: string | RegExp, sql: string): boolean {
  return typeof statement === "string"
    ? statement.trim().toLowerCase() === sql.trim().toLowerCase()
    : sql.search(statement) >= 0;
}

export async function evaluate({ answer }: AnswerRule, call: FakeCall): Promise<QueryResult | Error> {
  let given: FakeAnswer;
  try {
    given = typeof answer === "function" ? await answer(call) : answer;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  if (given instanceof Error) return given;
  const partial: Partial<QueryResult> = isRows(given) ? { rows: [...given] } : given;
  const rows = (partial.rows ?? []).map((row) => ({ ...row }));
  return { ...emptyResult(call.sql), rowCount: rows.length, fields: fieldsOf(rows), ...partial, rows };
}

/** What a statement without a rule is answered with. */
export function emptyResult(sql: string, tag?: string): QueryResult {
  const command = tag ?? /[a-z]+/i.exec(sql)?.[0].toUpperCase() ?? "";
  return { rows: [], rowCount: tag === undefined ? 0 : null, command, fields: [] };
}

function isRows(answer: FakeRows | Partial<QueryResult>): answer is FakeRows {
  return Array.isArray(answer);
}

function fieldsOf([row = {}]: FakeRows): FieldDescription[] {
  const ofText = { tableID: 0, columnID: 0, dataTypeID: 25, dataTypeSize: -1, dataTypeModifier: -1, format: "text" };
  return Object.keys(row).map((name) => ({ name, ...ofText }));
}
