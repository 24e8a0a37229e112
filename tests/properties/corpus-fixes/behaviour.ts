import { lineage, typeMember } from "../../../src/resolve/entity.js";
import type { SessionFacts } from "../../../src/libraries/description.js";
import { callDescribed } from "./described-calls.js";
import { callThrough } from "./openings.js";
import { makeStandIn, standInOf, type Behaviour, type Member, type StandIn, type Through } from "./stand-ins.js";
import { callUnknown } from "./unknown-calls.js";
import type { Role } from "./world.js";

/** What stand-ins do: what the descriptions of the libraries say, and where they say nothing, what anything might. */
export const behaviour: Behaviour = {
  memberOf(standIn, key) {
    const { role } = standIn;
    return role && describedMember(standIn, role, key);
  },
  call(standIn, args, isNew) {
    if (standIn.act) return standIn.act(args);
    if (standIn.through) return callThrough(standIn, standIn.through, args, behaviour);
    const { role } = standIn;
    const calls = role && !isNew ? role.library.types[role.type]?.calls : undefined;
    if (calls) return callDescribed(standIn, "call", calls, args, behaviour);
    return callUnknown(standIn, args, behaviour, { isNew });
  },
  keep(value) {
    const session = standInOf(value)?.session;
    if (session) session.isHandedOver = true;
  },
};

function describedMember(standIn: StandIn, role: Role, key: PropertyKey): Member | undefined {
  const facts = factsOf(role);
  if (typeof key === "symbol") return kept(facts && disposal(standIn, facts, key));
  const guard = facts?.guards?.[String(key)];
  if (guard && standIn.session) return { value: guardValue(standIn, String(key), guard), changes: true };
  const { library, type } = role;
  const value = typeMember(library, type, String(key));
  if (!value) return undefined;
  const { world, session, name } = standIn;
  const through = throughOf(standIn, role, String(key));
  if (value.kind === "instance") {
    const options = { role: { library, type: value.type }, session, through };
    return kept(makeStandIn(`${name}.${String(key)}`, world, behaviour, options).proxy);
  }
  if (value.kind !== "function") return undefined;
  if (through) return kept(makeStandIn(`${name}.${String(key)}`, world, behaviour, { through }).proxy);
  const act = (args: readonly unknown[]): unknown => callDescribed(standIn, String(key), value.calls, args, behaviour);
  return kept(makeStandIn(`${name}.${String(key)}`, world, behaviour, { act }).proxy);
}

function throughOf({ through }: StandIn, { library, type }: Role, member: string): Through | undefined {
  if (through) return { ...through, path: `${through.path}.${member}` };
  if (library.types[type]?.role !== "engine") return undefined;
  const session = Object.keys(library.types).find((name) => library.types[name]!.session?.shortcuts?.includes(member));
  return session === undefined ? undefined : { role: { library, type: session }, path: member };
}

function kept(value: unknown): Member | undefined {
  return value === undefined ? undefined : { value };
}

function factsOf({ library, type }: Role): SessionFacts | undefined {
  for (const name of lineage(library, type)) {
    const facts = library.types[name]?.session;
    if (facts) return facts;
  }
  return undefined;
}

function disposal(standIn: StandIn, facts: SessionFacts, key: symbol): unknown {
  if (!facts.disposal || key !== Symbol[facts.disposal.symbol]) return undefined;
  const { openTransaction } = facts.disposal;
  return () => {
    const { session, world } = standIn;
    if (session && session.status !== "closed") world.close(session, openTransaction);
    return facts.disposal!.symbol === "asyncDispose" ? Promise.resolve() : undefined;
  };
}

/** Guards that are methods; the others are properties. */
const guardMethods = new Set(["isCompleted", "inTransaction", "isInTransaction", "isValid", "isHealthy"]);

function guardValue(standIn: StandIn, key: string, guard: "closed" | "open" | "inTransaction"): unknown {
  const value = (): boolean => {
    const { status, isInTransaction } = standIn.session!;
    if (guard === "inTransaction") return isInTransaction;
    return (guard === "closed") === (status === "closed");
  };
  return guardMethods.has(key) ? value : value();
}
