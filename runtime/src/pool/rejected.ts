/** As `Promise.reject`, for a reason that need not be an error: a signal may be aborted with anything. */
export function rejected(reason: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  return Promise.reject(reason);
}
