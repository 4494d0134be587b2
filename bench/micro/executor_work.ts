/** What the executors run: next to nothing, so that the way there and back is measured. */
import { transfer } from "../../loop/executor/job.ts";

export function add(a: number, b: number): number {
  return a + b;
}

/** As `add`, for pools that pass on one argument. */
export function addPair([a, b]: [number, number]): number {
  return a + b;
}

export function echo(bytes: Uint8Array): Uint8Array {
  return bytes;
}

export function move(
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return transfer(bytes);
}
