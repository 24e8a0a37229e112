import { holdsResource, type Value } from "../flow/values.js";
import type { CallSite } from "../flow/semantics.js";
import { calleeName } from "./syntax.js";
import type { TrackedSession } from "./tracked-session.js";

/** `{ session }`, `{ transaction: t }`: the property under which the library itself lends it. */
export function isLent(value: Value, { session }: TrackedSession): boolean {
  const lentAs = session.lentAs ?? [];
  const lends = (whole: Value): boolean =>
    whole.kind === "object" &&
    [...whole.properties].every(
      ([name, member]) =>
        !holdsResource(member) || lentAs.includes(name) || (member.kind === "object" && lends(member)),
    );
  return lends(value);
}

/** `accounts.find({}, { session })`, `query.transacting(trx)`: what it gives is work of the session. */
export function isLentTo({ node, arguments: given }: CallSite, tracked: TrackedSession): boolean {
  const { lentTo } = tracked.session;
  return (
    given.some((value) => holdsResource(value) && isLent(value, tracked)) ||
    (lentTo?.includes(calleeName(node) ?? "") === true && given.some(holdsResource))
  );
}
