import net from "node:net";
import tls from "node:tls";
import { isCancelRequest, splitClientMessages, type ClientMessage } from "../../support/pg-messages.js";

/** What one client sent. */
export interface TappedConnection {
  /** As the socket gave it: one for each write of the client's, mostly. */
  readonly chunks: Buffer[];
  readonly messages: ClientMessage[];
  readonly isSecure: boolean;
}

/** Passes connections on to a PostgreSQL server and keeps what the clients send. */
export interface WireTap extends AsyncDisposable {
  /** The server's URL, through this tap. */
  readonly url: string;
  readonly connections: TappedConnection[];
  /** Connections that are open. */
  readonly openCount: number;
  /** How late cancel requests are passed on; `Infinity` is never. */
  cancelDelayMillis: number;
  /** Takes no more connections; those that are open stay. */
  refuse(): void;
}

export interface TapOptions {
  /** Directory of a Unix socket to listen on instead of a port. */
  directory?: string;
  /** Speaks TLS with the clients. */
  secure?: { key: string; cert: string };
  /** … without being asked for it. */
  isSecureFromStart?: boolean;
}

export async function startWireTap(serverUrl: string, options: TapOptions = {}): Promise<WireTap> {
  const target = new URL(serverUrl);
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    if (options.secure) accept(socket, options.secure);
    else tap(socket, false);
  });

  const accept = (socket: net.Socket, secure: { key: string; cert: string }): void => {
    const encrypt = (): void => {
      const stream = new tls.TLSSocket(socket, { isServer: true, ALPNProtocols: ["postgresql"], ...secure });
      stream.on("error", () => socket.destroy());
      tap(stream, true);
    };
    if (options.isSecureFromStart) return encrypt();
    socket.once("data", () => {
      socket.write("S");
      encrypt();
    });
  };

  const tap = (client: net.Socket, isSecure: boolean): void => {
    const connection: TappedConnection = { chunks: [], messages: [], isSecure };
    connections.push(connection);
    const server = net.connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    client.setNoDelay(true);
    const split = splitClientMessages();
    client.on("data", (bytes: Buffer) => {
      connection.chunks.push(bytes);
      const messages = split(bytes);
      connection.messages.push(...messages);
      const { cancelDelayMillis } = wire;
      if (cancelDelayMillis === 0 || !messages.some(isCancelRequest)) server.write(bytes);
      else if (cancelDelayMillis < Infinity) setTimeout(() => server.write(bytes), cancelDelayMillis);
    });
    server.on("data", (bytes) => client.write(bytes));
    client.on("close", () => server.destroy());
    server.on("error", () => client.destroy());
    server.on("close", () => client.end());
  };

  const connections: TappedConnection[] = [];
  await new Promise<void>((resolve) => {
    if (options.directory === undefined) listener.listen(0, "127.0.0.1", resolve);
    else listener.listen(`${options.directory}/.s.PGSQL.5432`, resolve);
  });
  const url = new URL(serverUrl);
  if (options.directory === undefined) url.port = String((listener.address() as net.AddressInfo).port);
  else {
    url.port = "5432";
    url.searchParams.set("host", options.directory);
  }

  const wire: WireTap = {
    url: url.href,
    connections,
    get openCount() {
      return sockets.size;
    },
    cancelDelayMillis: 0,
    refuse: () => void listener.close(),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
  return wire;
}
