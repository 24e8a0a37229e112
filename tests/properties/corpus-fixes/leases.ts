import { lease } from "../../../runtime/src/index.js";
import { shapes, type Members, type Method } from "./lease-shapes.js";
import { standInOf, type StandIn } from "./stand-ins.js";

/** A function asks for a lease of something that is not modelled. */
export class NoSuchLease extends Error {}

/** The real `lease`, given a plain object in the shape that it knows its library by. */
export async function leaseStandIn(source: unknown, rest: readonly unknown[]): Promise<unknown> {
  const standIn = standInOf(source);
  const { library, type } = standIn?.role ?? {};
  const shape = library && shapes[library.name];
  if (!standIn || !shape || rest.length > 0) {
    throw new NoSuchLease(`lease of ${library?.name ?? "something unknown"} ${type ?? ""}`);
  }
  let session: StandIn | undefined;
  const sessionShape = (opened: unknown): Members => {
    session = standInOf(opened)!;
    return shape.session(session);
  };
  const isEngine = library.types[type!]?.role === "engine";
  if (isEngine !== (shape.engine !== undefined)) throw new NoSuchLease(`lease of ${library.name} ${type}`);
  const plain = shape.engine ? shape.engine(standIn, sessionShape) : sessionShape(source);
  const leased: Members = await lease(plain as never);
  for (const name of [...shape.leased, Symbol.asyncDispose]) {
    session!.members.set(name, (leased[name] as Method).bind(leased));
  }
  return session!.proxy;
}
