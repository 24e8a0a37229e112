/**
 * @throws {TypeError} when the URL is missing or names another database; the message never holds it, because it holds a password
 */
export function assertUrl(url: unknown): asserts url is string {
  const form = "postgresql://user:password@host:port/database";
  if (url === undefined || url === null || url === "") {
    throw new TypeError(
      `The database URL is missing: pass ${form}. (An environment variable may be empty or not set.)`,
    );
  }
  if (url instanceof URL) throw new TypeError("The database URL must be a string: pass url.href.");
  if (typeof url !== "string") throw new TypeError(`The database URL must be a string: ${form}.`);
  if (/^postgres(ql)?:\/\//i.test(url)) return;
  const scheme = /^[a-z][a-z0-9+.-]{0,20}(?=:\/\/)/i.exec(url)?.[0];
  const found = scheme === undefined ? "" : ` and not with ${scheme}://`;
  throw new TypeError(
    `The database URL must begin with postgresql:// or postgres://${found}; for another database pass the option driver.`,
  );
}
