/**
 * Why the URL cannot be meant as it stands. Behind a bare `/`, `?` or `#` in a password the rest of it is read as port, path or parameter, and
 * would turn up in error messages as such.
 */
export function findUrlProblem(url: string): string | undefined {
  const [, authority, rest] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)(.*)$/isu.exec(url) ?? [];
  if (authority === undefined || rest === undefined) return undefined;
  if (rest.includes("#")) return MALFORMED;
  return !authority.includes("@") && /^[^?]*@|\?[^=&]*@/u.test(rest) ? MALFORMED : undefined;
}

/** What pg says of its configuration, without the URL that Node puts into its errors. */
export function withoutSecret({ code, message }: NodeJS.ErrnoException): Error {
  return code === "ERR_INVALID_URL" ? new TypeError(MALFORMED) : new Error(message);
}

const MALFORMED =
  "The database URL cannot be read. Its form is postgresql://user:password@host:port/database, and in user and password the characters @ : / ? # % are written percent-encoded (encodeURIComponent)";
