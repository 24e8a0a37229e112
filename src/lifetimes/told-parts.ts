import type { CallSite } from "../flow/semantics.js";
import { holdsResource, type Value } from "../flow/values.js";
import type { Told, ToldPart } from "../resolve/told.js";

/** What a call does, as its function's tags or the settings say, with each argument through which the session is reached. */
export function toldOf(told: Told, site: CallSite): ReadonlyMap<number | "this", ToldPart["does"]> {
  const does = new Map<number | "this", ToldPart["does"]>();
  for (const part of told.parts) {
    if (part.of === "this") {
      if (site.receiver && holdsResource(site.receiver)) does.set("this", part.does);
      continue;
    }
    const last = part.isRest ? site.arguments.length - 1 : part.of;
    for (let index = part.of; index <= last; index++) {
      const value = site.arguments[index];
      if (value && holdsResource(partOf(value, part.property))) does.set(index, part.does);
    }
  }
  return does;
}

function partOf(value: Value, property: string | undefined): Value {
  if (property === undefined || value.kind !== "object") return value;
  return value.properties.get(property) ?? { kind: "unknown" };
}
