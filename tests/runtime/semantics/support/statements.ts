/** Transaction control as the golden file spells it, `SQL …` for the rest. */
export function spelled(sql: string): string {
  const [first = "", second = "", third = "", fourth = ""] = sql.trim().split(/\s+/);
  const word = first.toLowerCase();
  if (word === "begin" || word === "commit") return word.toUpperCase();
  if (word === "rollback" && second === "") return "ROLLBACK";
  if (word === "rollback") return `ROLLBACK TO ${fourth || third}`;
  if (word === "savepoint") return `SAVEPOINT ${second}`;
  if (word === "release") return `RELEASE ${third || second}`;
  return `SQL ${sql}`;
}
