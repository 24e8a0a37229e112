import type { Members } from "./values.js";

/** A killed connection can still report an error, and then nobody else would be listening: its listener is kept. */
export function listenForErrors(emitter: Members): { keep(): void; remove(): void } {
  let isKept = false;
  const onError = (): void => {};
  emitter.on("error", onError);
  return {
    keep: () => {
      isKept = true;
    },
    remove: () => {
      if (!isKept) emitter.removeListener("error", onError);
    },
  };
}
