import type { CallDescription, Effect, FinishVerdict, Manner, Removability, TypeName, Value } from "./description.js";

/** A property, parameter or variable that holds an instance. */
export function instance(type: TypeName): Value {
  return { kind: "instance", type };
}

/** A function or method; without descriptions its calls are known and do nothing that matters here. */
export function method(...calls: CallDescription[]): Value {
  return { kind: "function", calls: calls.length > 0 ? calls : [{}] };
}

/** A method with one effect, whatever it is called with. */
export function acts(effect: Effect): Value {
  return method({ effect });
}

export function namespace(members: Readonly<Record<string, Value>>): Value {
  return { kind: "namespace", members };
}

/** A method that gives an instance. */
export function gives(type: TypeName): Value {
  return method({ returns: { type } });
}

export function givesPromise(type: TypeName): Value {
  return method({ returns: { type, promised: true } });
}

/** A call without a callback that opens a session and returns a promise of it. */
export function opensPromised(session: TypeName, when?: CallDescription["when"]): CallDescription {
  return { when, returns: { type: session, promised: true }, effect: { kind: "open", session } };
}

/** A call that opens a session and hands it to the callback `(error, session, …)` that is its last argument. */
export function opensToCallback(session: TypeName, close?: number): CallDescription {
  return {
    when: { function: true },
    effect: { kind: "open", session, callback: { argument: "last", error: 0, session: 1, close } },
  };
}

/** A call whose last argument is a callback that is given `parameters` and ended by the library. */
export function scopes(...parameters: (TypeName | undefined)[]): CallDescription {
  return { when: { function: true }, effect: { kind: "scope", callback: "last", parameters } };
}

/** Ends by hand what a callback scope ends. */
export function finishes(
  manner: Manner,
  verdicts: {
    last: FinishVerdict;
    lastWithoutValue?: FinishVerdict;
    midway: FinishVerdict;
    beforeThrow?: FinishVerdict;
    withArgument?: FinishVerdict;
  },
): Value {
  return acts({ kind: "manualFinish", manner, ...verdicts });
}

export const intended: FinishVerdict = { verdict: "intended" };
export const redundant: FinishVerdict = { verdict: "redundant" };

/** `removable`: taking the call away is all that it needs. */
export function harmful(consequence: string, removable: Removability): FinishVerdict {
  return { verdict: "harmful", consequence, removable };
}
