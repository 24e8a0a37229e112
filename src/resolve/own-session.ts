import type { TSESTree } from "@typescript-eslint/utils";
import type { Library, Value } from "../libraries/description.js";
import { acts, method } from "../libraries/shorthand.js";
import { docCommentOf } from "./doc-comments.js";
import type { Entity } from "./entity.js";
import { isFunction, keyName } from "./syntax.js";
import { tagsIn } from "./tags.js";
import type { ToldType } from "./told.js";

const closes = acts({ kind: "close", manner: "release" });

/** What projects and drivers call a close. */
const closing: Readonly<Record<string, Value>> = Object.fromEntries(
  [
    "close",
    "release",
    "end",
    "destroy",
    "dispose",
    "disconnect",
    "endSession",
    "commit",
    "rollback",
    "quit",
    "free",
    "finish",
    "done",
    "terminate",
    "shutdown",
    "stop",
  ].map((name) => [name, closes]),
);

/** A session that only its `@opens` tells of. What closes it are its methods with `@closes`, else those that are called so. */
export function ownSession(
  entity: Entity | undefined,
  opener: string | undefined,
  written: string | undefined,
): ToldType {
  const told = closersTold(entity);
  const noun = nameOf(entity) ?? /([\w$]+)(?:<.*>)?$/s.exec(written ?? "")?.[1] ?? "session";
  const [first] = told;
  const library: Library = {
    name: `${opener ?? "own"}()`,
    packages: [],
    modules: {},
    types: {
      Session: {
        role: "session",
        noun,
        members: told.length === 0 ? closing : Object.fromEntries(told.map(({ name }) => [name, closes])),
        otherMembers: method(),
        ...(first && {
          session: {
            close: { call: `${first.name}()`, awaited: first.isAsync },
            leak: "it stays open",
            closeWithOpenTransaction: "rollback",
          },
        }),
      },
    },
  };
  return { library, type: "Session" };
}

interface Closer {
  readonly name: string;
  readonly isAsync: boolean;
}

/** The methods of a class or interface of the project that say of themselves that they close what they are called on. */
function closersTold(entity: Entity | undefined): Closer[] {
  if (entity?.kind !== "classInstance" && entity?.kind !== "shape") return [];
  const members: readonly TSESTree.Node[] = entity.kind === "shape" ? entity.members : entity.node.body.body;
  return members.flatMap((member) => {
    if (!("key" in member) || !("computed" in member)) return [];
    const comment = docCommentOf(entity.file, member);
    const parameters =
      "params" in member ? member.params : "value" in member && isFunction(member.value) ? member.value.params : [];
    const isCloser = tagsIn(comment?.value ?? "").some(
      ({ name, word }) => name === "closes" && (word === "this" || (word === undefined && parameters.length === 0)),
    );
    const name = keyName(member.key, member.computed);
    const isAsync = member.type === "MethodDefinition" && member.value.async;
    return isCloser && name !== undefined ? [{ name, isAsync }] : [];
  });
}

function nameOf(entity: Entity | undefined): string | undefined {
  return entity?.kind === "classInstance" ? entity.node.id?.name : undefined;
}
