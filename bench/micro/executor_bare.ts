/** A worker as one writes it by hand for one job: the least that a round trip can cost. */
import { add, echo } from "./executor_work.ts";

declare const self: DedicatedWorkerGlobalScope;

interface DedicatedWorkerGlobalScope {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown, transferables: Transferable[]): void;
}

self.onmessage = ({ data: { id, name, args, move } }) => {
  const value = name === "add" ? add(args[0], args[1]) : echo(args[0]);
  const transferables = move ? [(value as Uint8Array).buffer] : [];
  self.postMessage({ id, value }, transferables as Transferable[]);
};
