import type { CallDescription, TypeName } from "../../../src/libraries/description.js";
import { lineage } from "../../../src/resolve/entity.js";
import type { Behaviour, StandIn } from "./stand-ins.js";
import { Failure, type Role, type World } from "./world.js";

/** A call of which a library's description speaks. */
export interface DescribedCall {
  readonly receiver: StandIn;
  readonly member: string;
  readonly description: CallDescription;
  readonly args: readonly unknown[];
  readonly behaviour: Behaviour;
}

export type Callback = (...args: unknown[]) => unknown;

export function nameOf({ receiver, member }: DescribedCall): string {
  return `${receiver.name}.${member}`;
}

export function roleOf({ receiver }: DescribedCall, type: TypeName): Role {
  return { library: receiver.role!.library, type };
}

export function isSessionRole({ library, type }: Role): boolean {
  return lineage(library, type).some((name) => library.types[name]?.role === "session");
}

/** A promise whose failure may be planned; nobody need listen to it. */
export function settled(world: World, name: string, result: () => unknown): Promise<unknown> {
  const started = world.settle(name, result);
  started.catch(() => {});
  return started;
}

export function failureAt(name: string, world: World): Failure | undefined {
  try {
    world.failIfPlanned(name);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
