import { isCancelRequest, splitClientMessages } from "./pg-messages.js";
import type { TcpProxy } from "./tcp-proxy.js";

/**
 * What happens at one message of a client's.
 *
 * - `cutBefore`: the connection is cut, the server never sees the message
 * - `cutAfter`: the server gets the message and answers, the connection is cut before a byte of the answer arrives
 * - `cutWithin`: the same, with half of the answer
 * - `stall`: from this message on the connection passes nothing any more
 */
export type StepFault = "cutBefore" | "cutAfter" | "cutWithin" | "stall";

export interface ArmedFault {
  /** Messages that clients have sent since the fault was armed. */
  readonly steps: number;
  readonly hasHit: boolean;
  disarm(): void;
}

/**
 * Arms one fault at the n-th message that clients send through the proxy on connections opened from now on, counted from 1 over all of
 * them. Cancel requests, which have a connection of their own, pass and do not count.
 */
export function armFault(proxy: TcpProxy, fault: StepFault, step: number): ArmedFault {
  let steps = 0;
  let hasHit = false;
  proxy.intercept = (connection) => {
    const split = splitClientMessages();
    let state: "passing" | "answering" | "stalled" = "passing";
    return {
      fromClient(bytes) {
        if (state === "stalled") return;
        for (const message of split(bytes)) {
          if (!isCancelRequest(message)) steps += 1;
          if (steps === step && !hasHit) {
            hasHit = true;
            if (fault === "cutBefore") return connection.cut();
            state = fault === "stall" ? "stalled" : "answering";
          }
          if (state === "stalled") return;
          connection.toServer(message.bytes);
        }
      },
      fromServer(bytes) {
        if (state === "passing") connection.toClient(bytes);
        if (state !== "answering") return;
        if (fault === "cutWithin") connection.toClient(bytes.subarray(0, bytes.length >> 1));
        // Bytes that were just written leave before the cut.
        setImmediate(() => connection.cut());
      },
      onServerEnd() {
        if (state === "passing") connection.endClient();
        else if (state === "answering") connection.cut();
      },
    };
  };
  return {
    get steps() {
      return steps;
    },
    get hasHit() {
      return hasHit;
    },
    disarm() {
      proxy.intercept = undefined;
    },
  };
}
