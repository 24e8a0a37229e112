/** A message that a PostgreSQL client sent; `type` is empty for the untyped ones that begin a connection. */
export interface ClientMessage {
  /** `Q` Query, `P` Parse, `S` Sync, `X` Terminate, `p` password or SASL, …; empty: startup, cancel or SSL request. */
  readonly type: string;
  readonly bytes: Buffer;
}

const CANCEL_REQUEST = 80_877_102;

/** Whether the message asks, on a connection of its own, to cancel another connection's statement. */
export function isCancelRequest({ type, bytes }: ClientMessage): boolean {
  return type === "" && bytes.readInt32BE(4) === CANCEL_REQUEST;
}

/** Makes a function that cuts one connection's bytes into messages, and keeps what is incomplete for its next call. */
export function splitClientMessages(): (bytes: Buffer) => ClientMessage[] {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const messages: ClientMessage[] = [];
    for (;;) {
      const typeLength = isFirst ? 0 : 1;
      if (rest.length < typeLength + 4) return messages;
      const length = typeLength + rest.readInt32BE(typeLength);
      if (rest.length < length) return messages;
      messages.push({ type: rest.toString("latin1", 0, typeLength), bytes: rest.subarray(0, length) });
      rest = rest.subarray(length);
      isFirst = false;
    }
  };
}
