import type { Library, SessionFacts, TypeName } from "../../../src/libraries/description.js";
import { Answers } from "./answers.js";

/** What is chosen for one run: the answers, and the one call that rejects or throws. */
export interface Plan {
  readonly seed: number;
  readonly fault?: string;
  readonly thrown?: string;
}

/** What a stand-in is in terms of a library. */
export interface Role {
  readonly library: Library;
  readonly type: TypeName;
}

export class Failure extends Error {
  override readonly name = "Failure";
}

/** Thrown to stop a program that does not come to its end. */
export class Endless extends Error {}

const mostSteps = 4000;

/** Libraries whose sessions take a second close for nothing. */
const forgiving = new Set(["db-session", "knex", "mongodb", "mongoose", "neo4j-driver", "typeorm"]);

export class Session {
  readonly name: string;
  readonly facts: SessionFacts | undefined;
  status: "opening" | "borrowed" | "open" | "closed";
  /** It has made its engine give a connection. */
  isTaken: boolean;
  isInTransaction = false;
  /** Somebody else may close it. */
  isHandedOver = false;
  readonly mayCloseTwice: boolean;

  constructor(name: string, { library, type }: Role, status: Session["status"], isTaken: boolean) {
    this.name = name;
    this.facts = library.types[type]?.session;
    this.mayCloseTwice = forgiving.has(library.name);
    this.status = status;
    this.isTaken = isTaken;
  }
}

/** The record of one run. */
export class World {
  readonly answers: Answers;
  readonly sessions: Session[] = [];
  /** What was done, in order, but for closing and rolling back. */
  readonly trace: string[] = [];
  /** How many sessions were held while a call was waited for. */
  readonly held = new Map<string, number>();
  readonly endings: string[] = [];
  /** The calls that somebody waited for: each may fail. */
  readonly awaited: string[] = [];
  /** All calls of what is unknown: each may throw at once. */
  readonly called: string[] = [];
  commits = 0;
  readonly doubleCloses: string[] = [];
  readonly usesAfterClose: string[] = [];
  /** Names of the sessions that the fix speaks of. */
  readonly mended = new Set<string>();
  /** Connections that went back in the middle of a transaction. */
  dirty = 0;
  isEndless = false;
  readonly #fault: string | undefined;
  readonly #thrown: string | undefined;
  readonly #counts = new Map<string, number>();
  #steps = 0;

  constructor({ seed, fault, thrown }: Plan) {
    this.answers = new Answers(seed);
    this.#fault = fault;
    this.#thrown = thrown;
  }

  step(): void {
    if (++this.#steps <= mostSteps) return;
    this.isEndless = true;
    throw new Endless("endless");
  }

  record(event: string): void {
    this.step();
    this.trace.push(event);
  }

  /** The name with its number among those of that name. */
  numbered(name: string): string {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  }

  /** What comes of a call that takes its time: the plan may make it fail. */
  async settle<Result>(name: string, result: () => Result | Promise<Result>): Promise<Result> {
    await Promise.resolve();
    this.failIfPlanned(name);
    return result();
  }

  failIfPlanned(name: string): void {
    this.step();
    if (!this.held.has(name)) {
      this.awaited.push(name);
      this.held.set(name, this.sessions.filter(({ status, isTaken }) => status === "open" && isTaken).length);
    }
    if (name === this.#fault) throw new Failure(`fault at ${name}`);
  }

  throwIfPlanned(name: string): void {
    this.called.push(name);
    if (name === this.#thrown) throw new Failure(`thrown at ${name}`);
  }

  addSession(role: Role, status: Session["status"], isTaken: boolean): Session {
    const session = new Session(`session${this.sessions.length + 1}`, role, status, isTaken);
    this.sessions.push(session);
    return session;
  }

  use(session: Session, how: string): void {
    this.noteUse(session, how);
    session.isTaken = true;
  }

  /** A use that takes the session's slot only if it succeeds. */
  noteUse(session: Session, how: string): void {
    if (session.status === "closed") this.usesAfterClose.push(how);
  }

  begin(session: Session): void {
    session.isTaken = true;
    session.isInTransaction = true;
    this.record(`begin ${session.name}`);
  }

  commit(session: Session): void {
    session.isInTransaction = false;
    this.commits++;
    this.record(`commit ${session.name}`);
  }

  rollBack(session: Session): void {
    session.isInTransaction = false;
    this.endings.push(`rollback ${session.name}`);
  }

  /** @param openTransaction what becomes of a transaction that is still open */
  close(session: Session, openTransaction: "rollback" | "commit" | "kept"): void {
    if (session.status === "borrowed") this.record(`close ${session.name}`);
    else this.endings.push(`close ${session.name}`);
    if (session.status === "closed" && !session.mayCloseTwice) this.doubleCloses.push(session.name);
    if (session.isInTransaction) {
      if (openTransaction === "commit") this.commit(session);
      else if (openTransaction === "rollback") this.rollBack(session);
      else this.dirty++;
    }
    session.status = "closed";
  }

  /** The engine ends, and all that is open with it. */
  closeAll(): void {
    for (const session of this.sessions) if (session.status === "open") session.status = "closed";
  }

  /** Names of the sessions that nobody closed or was handed. */
  get leaked(): ReadonlySet<string> {
    const left = this.sessions.filter(
      ({ status, isTaken, isHandedOver }) => status === "open" && isTaken && !isHandedOver,
    );
    return new Set(left.map(({ name }) => name));
  }
}
