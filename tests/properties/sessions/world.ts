/** What a run decides: one of `count` ways on, or (1) that something fails. */
export type Choose = (count: number, isFailure: boolean) => number;

/** How a session was left open at last. */
export type LeakWay = "plain" | "thrown";

/** Made millions of times: no error, whose stack would cost more than all the rest. */
class Failure {}
class Endless extends Error {}

type Callback = (error: unknown, ...results: unknown[]) => void;

/** A session as the record knows it. */
export class Session {
  status: "open" | "closed" | "handed over" | "exempt" = "open";
  /** Something failed since it was opened. */
  hasFailed = false;
  site: number;
  tryBlock: number;
  isTaken: boolean;
  /** It was still open when the same call opened the next one. */
  isLost = false;
  readonly #world: World;

  constructor(world: World, site: number, tryBlock: number, isTaken: boolean) {
    this.#world = world;
    this.site = site;
    this.tryBlock = tryBlock;
    this.isTaken = isTaken;
  }

  leave(status: "closed" | "handed over" | "exempt"): void {
    if (this.status === "open") this.status = status;
    else if (status === "closed" && this.status === "closed") this.#world.doubleCloses++;
  }

  /** The function that opened it is left, or opens the next one: what comes later is not followed. */
  outlive(): void {
    if (this.status !== "open") return;
    if (!this.isTaken) this.leave("exempt");
    else if (!this.hasFailed) this.isLost = true;
  }

  use(): Promise<unknown> {
    if (this.status === "closed") this.#world.usesAfterClose++;
    this.isTaken = true;
    return this.#world.settle(() => undefined);
  }

  query(_text?: string, callback?: Callback): Promise<unknown> | undefined {
    if (!callback) return this.use();
    this.#world.callBack(callback, () => [{ rows: [] }]);
    return undefined;
  }

  connect(): Promise<unknown> {
    return this.use();
  }

  /** The session's own beginning, in the `try` block of that number. */
  begin(tryBlock: number): Promise<unknown> {
    this.isTaken = true;
    return this.#world.settle(() => undefined, tryBlock);
  }

  release(): Promise<void> {
    this.leave("closed");
    return Promise.resolve();
  }

  destroy(): void {
    this.leave("closed");
  }

  endSession(): Promise<void> {
    return this.release();
  }

  commit(): Promise<void> {
    return this.release();
  }

  rollback(): Promise<void> {
    return this.release();
  }

  get isReleased(): boolean {
    return this.status === "closed";
  }

  get hasEnded(): boolean {
    return this.status === "closed";
  }

  get finished(): string | undefined {
    return this.status === "closed" ? "commit" : undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

const mostChoices = 60;
const forever = new Promise<never>(() => {});

export type Program = (world: object) => readonly ((...given: unknown[]) => unknown)[];

export interface WorldOptions {
  /** Sessions take their slot when they are used. */
  readonly isLazy: boolean;
  /** How often loops over lists turn at the most. */
  readonly mostTurns: number;
}

/** The fakes of one run. Which awaits fail, what `decide` gives and how often loops turn is chosen anew in each. */
export class World {
  readonly sessions: Session[] = [];
  doubleCloses = 0;
  usesAfterClose = 0;
  readonly #chooseNext: Choose;
  readonly #options: WorldOptions;
  #choices = 0;
  /** What is returned goes on where a `finally` ends its function otherwise. */
  readonly #returned: Promise<unknown>[] = [];
  #abandon = (): void => {};

  constructor(chooseNext: Choose, options: WorldOptions) {
    this.#chooseNext = chooseNext;
    this.#options = options;
  }

  /** Runs the program to its end and says which openings' sessions were left open, and how. */
  async run(program: Program): Promise<ReadonlyMap<number, LeakWay> | undefined> {
    const abandoned = new Promise<"abandoned">((resolve) => (this.#abandon = () => resolve("abandoned")));
    const way = await Promise.race([abandoned, this.#drive(program(this.#names()))]);
    if (way === "abandoned") return undefined;
    const leaks = new Map<number, LeakWay>();
    for (const { site, status, isTaken, isLost, hasFailed } of this.sessions) {
      if (status !== "open" || !isTaken) continue;
      if (leaks.get(site) !== "plain") leaks.set(site, hasFailed && !isLost ? "thrown" : "plain");
    }
    return leaks;
  }

  async #drive(entries: ReturnType<Program>): Promise<"ended" | "abandoned"> {
    const entry = entries.length === 1 ? entries[0]! : entries[this.choose(entries.length)]!;
    try {
      const given = [this.choose(2) === 1, this.choose(2) === 1, this.#somebodyElses()];
      const result = entry(...given);
      handOver(isGenerator(result) ? await this.#consume(result) : await result);
    } catch (error) {
      if (error instanceof Endless) return "abandoned";
      if (!(error instanceof Failure)) throw error;
    }
    await Promise.all(this.#returned);
    return "ended";
  }

  /** Takes what a generator yields, and may stop at each of them. */
  async #consume(generator: AsyncGenerator): Promise<unknown> {
    let next = await generator.next();
    while (!next.done) {
      if (this.choose(2, true) === 0) next = await generator.next();
      else if (this.choose(2) === 0) next = await generator.throw(this.fail());
      else {
        this.fail();
        next = await generator.return(undefined);
      }
    }
    return next.value;
  }

  /** A session that the program is given, or none. */
  #somebodyElses(): Session | undefined {
    return this.choose(2) === 1 ? new Session(this, -1, -1, true) : undefined;
  }

  choose(count: number, isFailure = false): number {
    if (++this.#choices > mostChoices * 4) throw new Endless();
    return this.#chooseNext(count, isFailure);
  }

  /** Something fails: what is open from now on is on an exceptional path. */
  fail(): Failure {
    for (const session of this.sessions) if (session.status === "open") session.hasFailed = true;
    return new Failure();
  }

  #isSpent(): boolean {
    if (this.#choices <= mostChoices) return false;
    this.#abandon();
    return true;
  }

  /** @param gap the `try` block of an opening or a session's own beginning: sessions opened there are exempt where it fails */
  settle<Result>(make: () => Result, gap?: number): Promise<Result> {
    if (this.#isSpent()) return forever;
    if (this.choose(2, true) === 0) return Promise.resolve(make());
    for (const session of this.sessions) if (session.tryBlock === gap) session.leave("exempt");
    const rejected = Promise.reject(this.fail());
    // Node need not hear of it where the program is abandoned before it waits.
    rejected.catch(() => {});
    return rejected;
  }

  /** At once: what follows in the caller does nothing more. */
  callBack(callback: Callback, results: () => readonly unknown[]): void {
    if (this.choose(2, true) === 1) callback(this.fail());
    else callback(null, ...results());
  }

  /** What the same place opened before has no name any more. */
  #outliveEarlier(site: number): void {
    for (const earlier of this.sessions) if (earlier.site === site) earlier.outlive();
  }

  #open(site: number, tryBlock: number, isTaken: boolean): Session {
    this.#outliveEarlier(site);
    const session = new Session(this, site, tryBlock, isTaken);
    this.sessions.push(session);
    return session;
  }

  #names(): object {
    const settle = <Result>(make: () => Result): Promise<Result> => this.settle(make);
    const decide = (): Promise<boolean> => settle(() => this.choose(2) === 1);
    const closing = (session: Session): void => session.leave("closed");
    const using = (_: unknown, options: Record<string, Session>): Promise<unknown> => Object.values(options)[0]!.use();
    const failing = (): Failure => this.fail();
    const isTaken = !this.#options.isLazy;
    return {
      Failure: function () {
        return failing();
      },
      again: (error: unknown) => {
        this.fail();
        return error;
      },
      handled: (promise: Promise<unknown>) => {
        this.#returned.push(promise.catch(() => {}));
        return promise;
      },
      exit: () => {
        this.#abandon();
        return forever;
      },
      lent: (session: Session, isHandedOver = true) => {
        session.isTaken = true;
        if (isHandedOver) session.leave("handed over");
        return session;
      },
      settings: () => ({ session: this.#somebodyElses() }),
      open: (site: number, tryBlock: number, gap = tryBlock) =>
        this.settle(() => this.#open(site, tryBlock, true), gap),
      openNow: (site: number, tryBlock: number) => this.#open(site, tryBlock, isTaken),
      connect: (site: number, callback: Callback) => {
        this.callBack(callback, () => {
          const session = this.#open(site, 0, true);
          return [session, closing.bind(undefined, session)];
        });
      },
      cb: () => {},
      received: async (site: number, tryBlock: number, opened: Promise<Session>) => {
        const session = await opened;
        this.#outliveEarlier(site);
        return Object.assign(session, { site, tryBlock, hasFailed: false });
      },
      together: async (opened: readonly Promise<Session>[]) => {
        const settled = await Promise.allSettled(opened);
        const failed = settled.find((one) => one.status === "rejected");
        if (!failed) return Promise.all(opened);
        for (const one of settled) if (one.status === "fulfilled") one.value.leave("exempt");
        throw failed.reason as Error;
      },
      pool: { releaseConnection: closing },
      left: (first: number, end: number) => {
        for (const session of this.sessions) if (session.site >= first && session.site < end) session.outlive();
      },
      rows: { insertOne: using },
      User: { create: using },
      work: () => settle(() => undefined),
      decide,
      pick: (count: number) => settle(() => this.choose(count)),
      coin: () => this.choose(2) === 1,
      step: () => {},
      keep: handOver,
      list: () => ({ push: handOver }),
      box: new Proxy({}, { set: (_, __, value) => (handOver(value), true) }),
      bus: { once: () => {} },
      keys: () => Array.from({ length: this.choose(1 + this.#options.mostTurns) }),
      items: () => Array.from({ length: this.choose(1 + this.#options.mostTurns) }),
      stream: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => settle(() => ({ done: this.choose(2) === 0, value: 0 })),
          return: () => Promise.resolve({ done: true, value: undefined }),
        }),
      }),
    };
  }
}

/** Someone else has it now, alone or in an object or array. */
function handOver(value: unknown): void {
  if (value instanceof Session) value.leave("handed over");
  else if (Array.isArray(value)) value.forEach(handOver);
  else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    Object.values(value).forEach(handOver);
}

function isGenerator(value: unknown): value is AsyncGenerator {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
