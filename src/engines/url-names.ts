/** Whether what bears the name is a connection string, as authors name nothing else: `DATABASE_URL`, `dbUri`, `connectionString`. */
export function namesUrl(name: string): boolean {
  const words = name
    .replace(/(?<=[a-z\d])(?=[A-Z])/gu, "_")
    .toLowerCase()
    .split(/[^a-z\d]+/u);
  const last = words.at(-1) ?? "";
  if (["url", "uri", "dsn"].includes(last)) return true;
  return ["string", "str"].includes(last) && ["connection", "connect", "conn"].includes(words.at(-2) ?? "");
}
