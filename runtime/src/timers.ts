const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** As `setTimeout`, for any time: `Infinity` never fires, and what is too long for one timer is chained. */
export function startTimer(callback: () => void, millis: number): () => void {
  if (millis === Infinity) return () => {};
  let left = millis;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const step = Math.min(left, MAX_TIMER_MILLIS);
    left -= step;
    timer = setTimeout(left > 0 ? arm : callback, step);
  };
  arm();
  return () => clearTimeout(timer);
}
