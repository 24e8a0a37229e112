/** A number that depends on nothing but the text: the same question gets the same answer in every run. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}

export type Truth = "true" | "false" | "nothing";

/** What is not known of a program, answered by the seed: 0 takes everything for there and nothing for equal. */
export class Answers {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  truthOf(name: string): Truth {
    if (this.#seed === 0) return "true";
    const part = this.#part(`truth ${name}`);
    return part < 0.65 ? "true" : part < 0.85 ? "nothing" : "false";
  }

  isEqual(question: string): boolean {
    if (this.#seed <= 1) return this.#seed === 1;
    return this.#part(`equal ${question}`) < 0.5;
  }

  /** How many items there are, how often something turns. */
  lengthOf(name: string): number {
    if (this.#seed <= 1) return this.#seed + 1;
    return Math.floor(this.#part(`length ${name}`) * 3);
  }

  numberOf(name: string): number {
    return Math.floor(this.#part(`number ${name}`) * 5);
  }

  /** Most callbacks are called; listeners to errors mostly not. */
  isCalledBack(name: string, isErrorListener: boolean): boolean {
    if (this.#seed === 0) return !isErrorListener;
    return this.#part(`callback ${name}`) < (isErrorListener ? 0.2 : 0.85);
  }

  #part(question: string): number {
    return hashOf(`${this.#seed} ${question}`) / 0x1_0000_0000;
  }
}
