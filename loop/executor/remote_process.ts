/**
 * How a child process serves a pool; sent as text, as `remote_code.ts` is.
 *
 * @module
 */

import type { JobMessage, Outcome } from "./messages.ts";
import {
  announceDeath,
  encodeError,
  refuseResult,
  RemoteJob,
  runJob,
  workFinder,
} from "./remote_code.ts";

/** Runs the jobs that arrive on the standard input, until it ends. */
export async function serveProcess(
  module: string | null,
  magic: number,
): Promise<void> {
  const v8 = globalThis.process.getBuiltinModule("node:v8");
  const writeSync = Deno.stdout.writeSync.bind(Deno.stdout);
  const requests = Deno.stdin.readable;
  keepToOurselves();
  // The pool is gone when the input ends: that is no death to tell of.
  const exit = Deno.exit.bind(Deno);
  // Ctrl-C is for the program that has the pool: it tells what is to end.
  Deno.addSignalListener("SIGINT", () => {});
  const findWork = workFinder(module);
  const never = () => false;

  const send = (payload: Uint8Array) => {
    const frame = toFrame(payload, magic);
    let sent = 0;
    try {
      while (sent < frame.length) sent += writeSync(frame.subarray(sent));
    } catch (error) {
      // Nobody is left to tell it to: the program was killed.
      if (error instanceof Deno.errors.BrokenPipe) exit();
      throw error;
    }
  };
  const answer = async (job: JobMessage) => {
    const remote = new RemoteJob(job.name, never);
    const outcome = await runJob(remote, job, findWork);
    send(serializeOutcome(v8.serialize, job, outcome));
  };
  announceDeath((thrown) => send(v8.serialize({ dying: encodeError(thrown) })));
  for await (const payload of framesOf(requests, magic)) {
    answer(v8.deserialize(payload));
  }
  exit();
}

/** Turns an outcome to bytes, or, if that cannot be, the reason. */
export function serializeOutcome(
  serialize: (value: unknown) => Uint8Array,
  job: JobMessage,
  outcome: Outcome,
): Uint8Array {
  try {
    return serialize(outcome);
  } catch (error) {
    return serialize(refuseResult(job, error));
  }
}

/** Puts the bytes of a message behind a mark and their number. */
export function toFrame(payload: Uint8Array, magic: number): Uint8Array {
  const frame = new Uint8Array(8 + payload.length);
  const header = new DataView(frame.buffer);
  header.setUint32(0, magic);
  header.setUint32(4, payload.length);
  frame.set(payload, 8);
  return frame;
}

/** Cuts a stream into the messages that it carries. */
export async function* framesOf(
  stream: AsyncIterable<Uint8Array>,
  magic: number,
): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let wanted = 8;
  let inHeader = true;
  for await (const chunk of stream) {
    parts.push(chunk);
    size += chunk.length;
    while (size >= wanted) {
      const bytes = joined(parts, size);
      const taken = bytes.subarray(0, wanted);
      parts = [bytes.subarray(wanted)];
      size -= wanted;
      if (inHeader) wanted = sizeInHeader(taken, magic);
      else {
        wanted = 8;
        yield taken;
      }
      inHeader = !inHeader;
    }
  }
}

/** Reads how many bytes a message has. */
export function sizeInHeader(header: Uint8Array, magic: number): number {
  const { buffer, byteOffset } = header;
  const view = new DataView(buffer, byteOffset);
  if (view.getUint32(0) === magic) return view.getUint32(4);
  throw new Error("something else was written to the standard output");
}

/** Joins chunks. */
export function joined(parts: Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * Sends what jobs print to the standard error, and has nothing for them to
 * read: the standard output carries the results, and the input the jobs.
 */
export function keepToOurselves(): void {
  const { stdin, stdout, stderr } = Deno;
  const put = (stream: object, name: string, value: unknown) =>
    Object.defineProperty(stream, name, { value, configurable: true });
  put(stdin, "read", async () => null);
  put(stdin, "readSync", () => null);
  put(stdin, "readable", new Blob().stream());
  put(stdout, "write", (bytes: Uint8Array) => stderr.write(bytes));
  put(stdout, "writeSync", (bytes: Uint8Array) => stderr.writeSync(bytes));
  put(stdout, "writable", stderr.writable);
  const { process } = globalThis;
  const { Console } = process.getBuiltinModule("node:console");
  globalThis.console = new Console(process.stderr, process.stderr);
}
