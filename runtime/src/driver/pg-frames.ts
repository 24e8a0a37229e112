import type { PgProtocol } from "./pg-module.js";

// pg's parser trusts what comes: it throws out of the socket's event, or loops, on what a PostgreSQL server does not send.

const KNOWN_TYPES = new Set(Buffer.from("RKSZTDCENA123nstIGHWcd"));
const FIRST_TYPES = new Set(Buffer.from("REN"));
const ERROR_TYPES = new Set(Buffer.from("EN"));
const HEADER_LENGTH = 5;
const MAX_FIRST_LENGTH = 30_000;
/** What PostgreSQL itself never exceeds. */
const MAX_LENGTH = 2 ** 30;

/** Has the client fail, where it would end the process, on what is no message of a PostgreSQL server. */
export function guardFrames(protocol: PgProtocol): void {
  const attach = protocol.attachListeners;
  protocol.attachListeners = (source) =>
    attach.call(protocol, {
      on: (event, listener) => source.on(event, event === "data" ? guardListener(protocol, listener) : listener),
    });
}

function guardListener(protocol: PgProtocol, listener: (bytes: Buffer) => void): (bytes: Buffer) => void {
  const check = new FrameCheck();
  let isBroken = false;
  return (bytes) => {
    if (isBroken) return;
    try {
      check.read(bytes);
      listener(bytes);
    } catch (error) {
      // Where the next message begins is lost.
      isBroken = true;
      protocol.emit("error", error);
    }
  };
}

/** Follows the messages of one connection, however they are cut into chunks. */
class FrameCheck {
  readonly #header = Buffer.alloc(HEADER_LENGTH);
  #headerLength = 0;
  #type = 0;
  #bodyLeft = 0;
  #isFirst = true;
  /** Zero bytes that an error's or notice's body ended with so far. */
  #zeros = 0;

  /** @throws for what cannot be read as messages */
  read(bytes: Buffer): void {
    let offset = 0;
    while (offset < bytes.length) {
      offset = this.#bodyLeft > 0 ? this.#readBody(bytes, offset) : this.#readHeader(bytes, offset);
    }
  }

  #readHeader(bytes: Buffer, offset: number): number {
    if (this.#headerLength === 0 && bytes.length - offset >= HEADER_LENGTH) {
      this.#begin(bytes[offset]!, bytes.readUInt32BE(offset + 1));
      return offset + HEADER_LENGTH;
    }
    const copied = bytes.copy(this.#header, this.#headerLength, offset);
    this.#headerLength += copied;
    // Already the first byte tells what is not PostgreSQL, and it may be all that comes.
    this.#checkType(this.#header[0]!);
    if (this.#headerLength === HEADER_LENGTH) {
      this.#headerLength = 0;
      this.#begin(this.#header[0]!, this.#header.readUInt32BE(1));
    }
    return offset + copied;
  }

  #checkType(type: number): void {
    if ((this.#isFirst ? FIRST_TYPES : KNOWN_TYPES).has(type)) return;
    const name = JSON.stringify(String.fromCharCode(type));
    throw new Error(
      this.#isFirst
        ? `The server does not speak PostgreSQL's protocol: its answer begins with ${name}`
        : `The server sent a message of an unknown kind, ${name}`,
    );
  }

  #begin(type: number, length: number): void {
    this.#checkType(type);
    const shortest = ERROR_TYPES.has(type) ? 5 : 4;
    if (length < shortest || length > (this.#isFirst ? MAX_FIRST_LENGTH : MAX_LENGTH)) {
      throw new Error(`The server sent a message of an impossible length, ${length}`);
    }
    this.#type = type;
    this.#bodyLeft = length - 4;
    this.#isFirst = false;
    // The body of one byte, the terminator, is complete with a single zero.
    this.#zeros = this.#bodyLeft === 1 ? 1 : 0;
  }

  #readBody(bytes: Buffer, offset: number): number {
    const end = Math.min(offset + this.#bodyLeft, bytes.length);
    this.#bodyLeft -= end - offset;
    if (ERROR_TYPES.has(this.#type)) this.#readError(bytes, offset, end);
    return end;
  }

  /** A list of strings that is ended by an empty one: without it the parser would search on for ever. */
  #readError(bytes: Buffer, offset: number, end: number): void {
    for (let index = Math.max(offset, end - 2); index < end; index++) {
      this.#zeros = bytes[index] === 0 ? this.#zeros + 1 : 0;
    }
    if (this.#bodyLeft === 0 && this.#zeros < 2) throw new Error("The server sent an error message without an end");
  }
}
