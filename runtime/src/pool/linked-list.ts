/** What an item needs to be in a list; it can be in one list at a time. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

/** A list whose items hold its links, so that adding and removing cost the same at any length and allocate nothing. */
export class LinkedList<T extends Linked<T>> {
  first: T | undefined;
  last: T | undefined;
  length = 0;

  push(item: T): void {
    this.#insert(item, this.last, undefined);
  }

  insertBefore(item: T, next: T): void {
    this.#insert(item, next.previous, next);
  }

  /** The item must be in this list. */
  remove(item: T): void {
    const { previous, next } = item;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    item.previous = undefined;
    item.next = undefined;
    this.length -= 1;
  }

  #insert(item: T, previous: T | undefined, next: T | undefined): void {
    item.previous = previous;
    item.next = next;
    if (previous) previous.next = item;
    else this.first = item;
    if (next) next.previous = item;
    else this.last = item;
    this.length += 1;
  }
}
