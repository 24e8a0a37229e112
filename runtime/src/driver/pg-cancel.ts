import net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { PgClient } from "./pg-module.js";

const CANCEL_TIMEOUT_MILLIS = 3_000;
const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;

/**
 * Sends a CancelRequest on a connection of its own, to the very server that the client is connected to and with its TLS settings.
 * Resolves when the server has closed that connection, which it does after passing the request on, or after 3 s; never rejects.
 */
export function requestCancel(client: PgClient): Promise<void> {
  const { processID, secretKey } = client;
  if (typeof processID !== "number" || typeof secretKey !== "number") return Promise.resolve();
  const message = request(CANCEL_REQUEST, processID, secretKey);
  return new Promise((resolve) => {
    const socket = openSocket(client);
    const timer = setTimeout(() => socket.destroy(), CANCEL_TIMEOUT_MILLIS);
    // An error is followed by close.
    socket.on("error", () => {});
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.once("connect", () => {
      if (!client.ssl) send(socket, message);
      else if (client.sslNegotiation === "direct") secure(socket, client, message);
      else askForTls(socket, () => secure(socket, client, message));
    });
  });
}

function openSocket(client: PgClient): net.Socket {
  if (client.host.startsWith("/")) return net.connect(`${client.host}/.s.PGSQL.${client.port}`);
  // A name may stand for several servers; only this one knows the statement.
  const { remoteAddress } = client.connection.stream as net.Socket;
  return net.connect(client.port, remoteAddress ?? client.host);
}

function askForTls(socket: net.Socket, proceed: () => void): void {
  socket.once("data", (answer) => {
    if (answer.toString("latin1") === "S") proceed();
    else socket.destroy();
  });
  socket.write(request(SSL_REQUEST));
}

function secure(socket: net.Socket, client: PgClient, message: Buffer): void {
  const { host, ssl } = client;
  const options: tls.ConnectionOptions = { socket, host };
  if (typeof ssl === "object") {
    Object.assign(options, ssl);
    // pg hides it from enumeration.
    if ("key" in ssl) options.key = ssl.key as string;
  }
  if (client.sslNegotiation === "direct") options.ALPNProtocols = ["postgresql"];
  if (net.isIP(host) === 0) options.servername = host;
  const stream = tls.connect(options);
  stream.on("error", () => socket.destroy());
  stream.once("secureConnect", () => send(stream, message));
}

function send(stream: Duplex, message: Buffer): void {
  // Read on, so that the server's end is seen.
  stream.resume();
  stream.write(message);
}

function request(...words: number[]): Buffer {
  const message = Buffer.alloc(4 + 4 * words.length);
  message.writeInt32BE(message.length, 0);
  words.forEach((word, index) => message.writeInt32BE(word, 4 + 4 * index));
  return message;
}
