import { combine, type Presence, type StringValue, type Values } from "./values.js";

/** Whether a connection URL sets one of the parameters. What is no URL sets none. */
export function presenceInUrl(values: Values, parameters: readonly string[]): Presence {
  return combine(
    values.map((value) => {
      if (value.kind === "unseen") return "unseen";
      return value.kind === "string" ? presenceInText(value, parameters) : "unset";
    }),
  );
}

function presenceInText({ pieces }: StringValue, parameters: readonly string[]): Presence {
  if (!pieces) return "unseen";
  const text = pieces.map((piece) => piece ?? hole).join("");
  if (isConnectionString(text)) return presenceInPairs(text, parameters);
  const query = /\?(?<query>[^#]*)/u.exec(text)?.groups?.["query"];
  const keys = (query ?? "").split("&").map((pair) => (pair.includes("=") ? pair.slice(0, pair.indexOf("=")) : pair));
  if (keys.some((key) => parameters.some((name) => name.toLowerCase() === key.toLowerCase()))) return "set";
  const isWhole =
    hasSeenScheme(text) && !keys.some((key) => key.includes(hole)) && (query !== undefined || endsSeen(text));
  return isWhole ? "unset" : "unseen";
}

const hole = "\u0000";

/** `Server=db;Max Pool Size=5`, as ADO has it. */
function isConnectionString(text: string): boolean {
  return /^[\w\s]+=/u.test(text);
}

function presenceInPairs(text: string, parameters: readonly string[]): Presence {
  const keys = text.split(";").map((pair) =>
    pair
      .slice(0, Math.max(pair.indexOf("="), 0))
      .trim()
      .toLowerCase(),
  );
  if (keys.some((key) => parameters.some((name) => name.toLowerCase() === key))) return "set";
  return text.includes(hole) ? "unseen" : "unset";
}

/** The text is not wholly, or from its start on, in a variable: `${url}`, `${base}/db`; `${protocol}://…` is shown. */
function hasSeenScheme(text: string): boolean {
  return /^[a-z+\u0000]+:\/\/|^[a-z]+:/iu.test(text);
}

/** Without a query in sight, one may hide in a last piece that is more than a port or a database: `mongodb://${hosts}`. */
function endsSeen(text: string): boolean {
  return !text.endsWith(hole) || /[^/:](?:\/|:)\u0000$/u.test(text);
}

/** "sqlite" of "sqlite::memory:"; `undefined` where it cannot be seen. */
export function schemeOf({ pieces }: StringValue): string | undefined {
  return /^(?<scheme>[a-z][a-z0-9+.-]*):/iu.exec(pieces?.[0] ?? "")?.groups?.["scheme"]?.toLowerCase();
}
