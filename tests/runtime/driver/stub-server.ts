import net from "node:net";
import { splitClientMessages, type ClientMessage } from "../../support/pg-messages.js";

/** One client's connection, at the server that does not behave. */
export interface StubConnection {
  send(...messages: Buffer[]): void;
  /** FIN. */
  end(): void;
  /** RST. */
  reset(): void;
}

export interface StubServer extends AsyncDisposable {
  readonly url: string;
  readonly password: string;
  /** Sockets that their clients have not closed; half-closed ones count. */
  readonly openCount: number;
}

/**
 * A server on 127.0.0.1 that does what the test says.
 *
 * @param answer called for each message of a client, the startup message first
 */
export async function startStubServer(
  answer: (message: ClientMessage, connection: StubConnection) => void,
): Promise<StubServer> {
  const sockets = new Set<net.Socket>();
  const listener = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    // A client that closed its socket answers with a reset; one that only said goodbye reads on.
    socket.once("end", () => {
      const probing = setInterval(() => socket.write(notice), 5);
      socket.once("close", () => clearInterval(probing));
    });
    const connection: StubConnection = {
      send: (...messages) => void socket.write(Buffer.concat(messages)),
      end: () => void socket.end(),
      reset: () => void socket.resetAndDestroy(),
    };
    const split = splitClientMessages();
    socket.on("data", (bytes) => {
      for (const message of split(bytes)) answer(message, connection);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const password = "s3cret-of-stub";
  return {
    url: `postgresql://somebody:${password}@127.0.0.1:${(listener.address() as net.AddressInfo).port}/nothing`,
    password,
    get openCount() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** A message of the server's. */
export function message(type: string, ...body: (string | Buffer)[]): Buffer {
  const content = Buffer.concat(body.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

export const authenticated = message("R", Buffer.alloc(4));
const notice = message("N", "SNOTICE\0Mare you there?\0\0");
export const ready = message("Z", "I");
export const errorResponse = (code: string, text: string): Buffer =>
  message("E", `SERROR\0VERROR\0C${code}\0M${text}\0\0`);

/** Lets everybody in, and then does what the test says. */
export function afterStartup(
  answer: (message: ClientMessage, connection: StubConnection) => void,
): (message: ClientMessage, connection: StubConnection) => void {
  return (clientMessage, connection) => {
    if (clientMessage.type === "") connection.send(authenticated, ready);
    else answer(clientMessage, connection);
  };
}
