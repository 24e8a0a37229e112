/** What a `FakeDatabaseError` may say besides its code and message. */
export interface DatabaseErrorDetails {
  /** Default: `ERROR`. */
  severity?: "ERROR" | "FATAL" | "PANIC";
  detail?: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
}

/** An error that looks as the database's errors do in `pg`: SQLSTATE in `code`. */
export class FakeDatabaseError extends Error {
  override readonly name = "error";
  /** SQLSTATE, such as `23505`. */
  readonly code: string;
  readonly severity: string;
  declare readonly detail?: string;
  declare readonly schema?: string;
  declare readonly table?: string;
  declare readonly column?: string;
  declare readonly constraint?: string;

  constructor(code: string, message: string, { severity = "ERROR", ...details }: DatabaseErrorDetails = {}) {
    super(message);
    this.code = code;
    this.severity = severity;
    Object.assign(this, details);
  }
}

/** As when nothing listens at the server's address. */
export function connectionRefused(): Error {
  return Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), {
    code: "ECONNREFUSED",
    errno: -111,
    syscall: "connect",
    address: "127.0.0.1",
    port: 5432,
  });
}

/** As when somebody ended the connection by `pg_terminate_backend`, or the server is shut down. */
export function terminatedByAdministrator(): FakeDatabaseError {
  return new FakeDatabaseError("57P01", "terminating connection due to administrator command", { severity: "FATAL" });
}

/** As when the other side closed the socket without a word. */
export function connectionLost(): Error {
  return new Error("Connection terminated unexpectedly");
}
