import type { PoolCheckout } from "../pool/pool.js";
import { AcquireAbort } from "./acquire-abort.js";
import { ClientFacade, type ClientOwner } from "./client-facade.js";
import type { EngineContext } from "./engine-context.js";

/** One checkout after the other, and what is lent out of each. */
export class Borrowing {
  checkout: PoolCheckout | undefined;
  readonly #engine: EngineContext;
  /** The stack that opened the holder, for reports. */
  readonly #stack: string | undefined;
  #client: ClientFacade | undefined;
  #acquiring: AcquireAbort | undefined;

  constructor(engine: EngineContext, checkout: PoolCheckout | undefined, stack: string | undefined) {
    this.#engine = engine;
    this.checkout = checkout;
    this.#stack = stack;
  }

  /** @throws what `Pool.acquire` throws; the signal's reason, or what `abortTaking` was called with */
  async take(signal: AbortSignal | undefined): Promise<PoolCheckout> {
    const abort = new AcquireAbort(signal);
    this.#acquiring = abort;
    try {
      const checkout = await this.#engine.acquire({ signal: abort, stack: this.#stack });
      if (abort.aborted) {
        // The pool had handed it out already.
        await checkout.release();
        throw abort.reason;
      }
      this.checkout = checkout;
      return checkout;
    } finally {
      this.#acquiring = undefined;
      abort.stop();
    }
  }

  /** @returns whether a checkout was being waited for */
  abortTaking(reason: Error): boolean {
    if (!this.#acquiring) return false;
    this.#acquiring.abort(reason);
    return true;
  }

  /** The driver's client, for as long as the checkout lasts. */
  lendClient(owner: ClientOwner): object {
    this.#client ??= new ClientFacade(this.checkout!.connection.client as object, owner);
    return this.#client.facade;
  }

  /** Whether it was lent out of the checkout that lasts. */
  owns(client: ClientFacade): boolean {
    return this.#client === client && this.checkout !== undefined && !this.checkout.hasEnded;
  }

  /** A call that was made through the client has not ended. */
  get isClientBusy(): boolean {
    return this.#client?.isBusy ?? false;
  }

  async giveBack(): Promise<void> {
    const { checkout } = this;
    this.#client?.end();
    this.checkout = this.#client = undefined;
    await checkout?.release();
  }
}
