import net from "node:net";

/** What a test sees of one connection through the proxy, and may change. */
export interface ProxiedConnection {
  /** Passes bytes on to the server, before what comes later. */
  toServer(bytes: Buffer): void;
  toClient(bytes: Buffer): void;
  /** Tells the client that the server closed its side. */
  endClient(): void;
  /** Cuts both sides at once (RST). */
  cut(): void;
}

/** Takes over the bytes of one connection; a direction that is left out passes on as it is. */
export interface Interceptor {
  fromClient?(bytes: Buffer): void;
  fromServer?(bytes: Buffer): void;
  /** The server closed its side. */
  onServerEnd?(): void;
}

/** A proxy on 127.0.0.1 whose faults are switched while connections run through it. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open through it. */
  readonly connectionCount: number;
  /** Called for each new connection. */
  intercept: ((connection: ProxiedConnection) => Interceptor | undefined) | undefined;
  /** The URL with this proxy's port instead of the server's. */
  urlThrough(url: string): string;
  /** Holds all bytes back in both directions, also of new connections, until `resume`. */
  stall(): void;
  resume(): void;
  /** Each chunk takes so much longer from now on. */
  delay(millis: number): void;
  /** Cuts all connections at once (RST), what is under way gets lost. */
  drop(): void;
  /** Lets so many more bytes of the server's pass on each connection, then cuts it: in the middle of a message, mostly. */
  cutAfter(bytes: number): void;
  /** Closes the port: new connections are refused until `accept`. Those that are open stay. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Shared by all connections of one proxy. */
interface Faults {
  isStalled: boolean;
  delayMillis: number;
}

/** @param targetPort a port of 127.0.0.1 */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const faults: Faults = { isStalled: false, delayMillis: 0 };
  const passages = new Set<Passage>();
  let port = 0;
  let listener: net.Server | undefined;

  const accept = async (): Promise<void> => {
    if (listener?.listening) return;
    const server = net.createServer((client) => {
      const passage = new Passage(client, targetPort, faults, proxy.intercept);
      passages.add(passage);
      client.once("close", () => passages.delete(passage));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    listener = server;
    port = (server.address() as net.AddressInfo).port;
  };
  const stopListening = (): void => {
    // Its promise would wait for the open connections, which stay.
    if (listener?.listening) listener.close();
  };
  const drop = (): void => {
    for (const passage of passages) passage.cut();
  };

  const proxy: TcpProxy = {
    get port() {
      return port;
    },
    get connectionCount() {
      return passages.size;
    },
    intercept: undefined,
    urlThrough(url) {
      const through = new URL(url);
      through.port = String(port);
      return through.href;
    },
    stall() {
      faults.isStalled = true;
    },
    resume() {
      faults.isStalled = false;
      for (const passage of passages) passage.resume();
    },
    delay(millis) {
      faults.delayMillis = millis;
    },
    drop,
    cutAfter(bytes) {
      for (const passage of passages) passage.bytesUntilCut = bytes;
    },
    refuse: () => Promise.resolve(stopListening()),
    accept,
    close() {
      drop();
      stopListening();
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };
  await accept();
  return proxy;
}

/** Both sides of one connection. */
class Passage implements ProxiedConnection {
  readonly #client: net.Socket;
  readonly #server: net.Socket;
  readonly #up: Lane;
  readonly #down: Lane;
  bytesUntilCut = Infinity;

  constructor(client: net.Socket, targetPort: number, faults: Faults, intercept: TcpProxy["intercept"]) {
    this.#client = client;
    this.#server = net.connect({ host: "127.0.0.1", port: targetPort, noDelay: true });
    client.setNoDelay(true);
    this.#up = new Lane(this.#server, faults);
    this.#down = new Lane(client, faults);
    const interceptor = intercept?.(this);

    client.on("data", (bytes) => (interceptor?.fromClient ? interceptor.fromClient(bytes) : this.toServer(bytes)));
    client.on("end", () => this.#up.end());
    // Unlike a real network's, a stall lets a close pass: else the server would count connections that nobody can close.
    client.on("close", () => this.#server.destroy());
    client.on("error", () => this.#server.destroy());

    this.#server.on("data", (bytes) =>
      interceptor?.fromServer ? interceptor.fromServer(bytes) : this.toClient(bytes),
    );
    this.#server.on("end", () => (interceptor?.onServerEnd ? interceptor.onServerEnd() : this.endClient()));
    this.#server.on("error", () => reset(client));
  }

  toServer(bytes: Buffer): void {
    this.#up.send(bytes);
  }

  toClient(bytes: Buffer): void {
    if (bytes.length < this.bytesUntilCut) {
      this.bytesUntilCut -= bytes.length;
      this.#down.send(bytes);
      return;
    }
    this.#client.write(bytes.subarray(0, this.bytesUntilCut), () => this.cut());
  }

  endClient(): void {
    this.#down.end();
  }

  cut(): void {
    reset(this.#server);
    reset(this.#client);
  }

  resume(): void {
    this.#up.resume();
    this.#down.resume();
  }
}

/** Closes with RST; a socket whose end is under way cannot any more, and would stay open if told to. */
function reset(socket: net.Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** One direction: bytes and the end, in order, however long each is held back. */
class Lane {
  readonly #target: net.Socket;
  readonly #faults: Faults;
  readonly #held: { bytes: Buffer | undefined; due: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(target: net.Socket, faults: Faults) {
    this.#target = target;
    this.#faults = faults;
    target.once("close", () => {
      clearTimeout(this.#timer);
      this.#held.length = 0;
    });
  }

  send(bytes: Buffer): void {
    this.#hold(bytes);
  }

  end(): void {
    this.#hold(undefined);
  }

  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (!this.#faults.isStalled && this.#held[0]) {
      const wait = this.#held[0].due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.resume(), wait);
        return;
      }
      const { bytes } = this.#held.shift()!;
      if (this.#target.destroyed) return;
      if (bytes) this.#target.write(bytes);
      else this.#target.end();
    }
  }

  #hold(bytes: Buffer | undefined): void {
    const { delayMillis } = this.#faults;
    this.#held.push({ bytes, due: delayMillis > 0 ? performance.now() + delayMillis : 0 });
    if (!this.#timer) this.resume();
  }
}
