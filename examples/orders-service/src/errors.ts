/** The HTTP status of a request that failed: 503 if no connection was free in time, 400 if the database refused the input. */
export function statusFor(error: unknown): number {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === "ERR_DB_SESSION_ACQUIRE_TIMEOUT") return 503;
  if (String(message).includes("timeout exceeded when trying to connect")) return 503; // pg's; it has no code
  return typeof code === "string" && /^2[23]/u.test(code) ? 400 : 500; // SQLSTATE 22: data, 23: constraints
}
