/**
 * The npm packages that do some of the same jobs. Each is loaded only by the process that measures it, so that nobody
 * pays for another's hooks.
 */

export function loadEffect() {
  return import("npm:effect@4.1.0");
}

export function loadEffection() {
  return import("npm:effection@4.1.1");
}

export function loadAsyncMutex() {
  return import("npm:async-mutex@0.5.0");
}

export async function loadPQueue() {
  return (await import("npm:p-queue@10.0.0")).default;
}

export async function loadFastq() {
  return (await import("npm:fastq@1.20.3")).default;
}

/** Their versions, for the report. */
export const PEER_VERSIONS = {
  "effect": "4.1.0",
  "effection": "4.1.1",
  "async-mutex": "0.5.0",
  "p-queue": "10.0.0",
  "fastq": "1.20.3",
};
