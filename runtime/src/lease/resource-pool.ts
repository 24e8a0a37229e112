import { Checkout, alreadyLeased, alreadyReleased } from "./checkout.js";
import { watchClient } from "./client-watch.js";
import { hasMethods, isObject, isThenable, overrideForNow, type Members } from "./values.js";

/** The lease of a resource. Released by hand, the resource may get the next one before the first one's scope is left. */
const leases = new WeakMap<Members, { loan: unknown; detach(): void }>();

/** A pool of generic-pool, or of tarn. */
export function isResourcePool(source: Members): boolean {
  return isGenericPool(source) || isTarnPool(source);
}

function isGenericPool(source: Members): boolean {
  return hasMethods(source, "acquire", "release", "destroy", "isBorrowedResource");
}

function isTarnPool(source: Members): boolean {
  return hasMethods(source, "acquire", "release", "numUsed", "numFree");
}

/** Acquires a resource, and puts it under a lease. */
export async function acquireUnderLease(pool: Members): Promise<Members> {
  const acquired = pool.acquire();
  const resource: unknown = await (isThenable(acquired) ? acquired : acquired.promise);
  try {
    return leaseResource(pool, resource);
  } catch (error) {
    await pool.release(resource);
    throw error;
  }
}

/**
 * Puts a resource that was acquired from the pool under a lease. Its release is the pool's: `pool.release(resource)` by hand
 * ends the lease. It stays the pool's own object, because that is what the pool knows it by.
 */
export function leaseResource(pool: Members, resource: unknown): Members {
  if (!isObject(resource)) throw new TypeError("lease() can scope a pool's resource only if it is an object.");
  const loan = findLoan(pool, resource);
  if (!loan) throw alreadyReleased();
  const last = leases.get(resource);
  if (last?.loan === loan) throw alreadyLeased("This resource");
  last?.detach();

  const watch = watchClient(resource);
  const checkout = new Checkout({
    isReturned: () => findLoan(pool, resource) !== loan,
    quiesce: () => watch?.quiesce() ?? Promise.resolve(),
    isBroken: () => watch?.isBroken() === true,
    isBusy: () => watch?.isBusy() === true,
    // Of what is no client of a known driver, nothing is known and nothing can be rolled back.
    inTransaction: () => (watch ? watch.inTransaction() : false),
    rollback: () => watch?.rollback() ?? Promise.resolve(),
    release: () => pool.release(resource),
    destroy: (reason) => {
      // First, because a pool's factory mostly closes in good order, and waits for what runs.
      watch?.kill(reason);
      return destroyResource(pool, resource, loan);
    },
    detach: () => lease.detach(),
  });
  const uncover = overrideForNow(resource, { [Symbol.asyncDispose]: () => checkout.dispose() });
  const lease = {
    loan,
    detach: () => {
      watch?.detach();
      uncover();
      if (leases.get(resource) === lease) leases.delete(resource);
    },
  };
  leases.set(resource, lease);
  return resource;
}

/**
 * What stands for this checkout of the resource, and for no later one: the pools make it anew each time. `true` where a pool
 * tells only that the resource is out.
 */
function findLoan(pool: Members, resource: Members): unknown {
  if (isGenericPool(pool)) return pool._resourceLoans?.get?.(resource) ?? pool.isBorrowedResource(resource);
  if (!Array.isArray(pool.used)) return true;
  return pool.used.find((used: Members) => used.resource === resource);
}

function destroyResource(pool: Members, resource: Members, loan: unknown): unknown {
  if (isGenericPool(pool)) return pool.destroy(resource);
  const index = Array.isArray(pool.used) ? pool.used.indexOf(loan) : -1;
  if (index < 0 || !hasMethods(loan as Members, "settle") || !hasMethods(pool, "_destroy", "_tryAcquireOrCreate")) {
    // Its connection is closed: the pool's own `validate` has to find that out.
    return pool.release(resource);
  }
  // tarn has no public way to destroy one resource. This is what it does itself with one that fails `validate`.
  pool.used.splice(index, 1);
  (loan as Members).settle();
  void pool._destroy(resource);
  return pool._tryAcquireOrCreate();
}
