import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { gather } from "../loop/gather.ts";
import { currentLoop } from "../loop/running.ts";
import { sleep } from "../loop/sleep.ts";
import type { StreamReader } from "../streams/stream_reader.ts";
import type { StreamWriter } from "../streams/stream_writer.ts";
import type { SubprocessTransport } from "../transports/subprocess_transport.ts";
import type { ProcessStreams } from "./_process_streams.ts";

/** How long pipes stay open after the end of a killed process, in seconds. */
const LINGER = 1;

/** Codes of the errors that say that a process does not read its input. */
const NOT_READ = ["EPIPE", "ECONNRESET"];

/** `Process.communicate()`. */
export function* communicate(
  transport: SubprocessTransport,
  streams: ProcessStreams,
  input: Uint8Array | string | null,
  isSignalled: () => boolean,
): CoroutineGenerator<[Uint8Array | null, Uint8Array | null]> {
  const { stdin, stdout, stderr } = streams;
  if (input !== null && stdin === null) {
    throw new TypeError("Cannot communicate input: stdin is not a pipe");
  }
  const closer = currentLoop().createTask(
    closeHeldPipes(transport, streams, isSignalled),
    { name: `communicate with ${transport.getPid()}` },
  );
  try {
    const [, output, errors] = yield* gather(
      feed(stdin, input),
      readAll(stdout),
      readAll(stderr),
    );
    yield* streams.waitExit();
    return [output, errors];
  } finally {
    closer.cancel();
  }
}

function* feed(
  stdin: StreamWriter | null,
  input: Uint8Array | string | null,
): CoroutineGenerator<void> {
  if (stdin === null) return;
  try {
    if (input !== null) stdin.write(input);
    yield* stdin.drain();
  } catch (error) {
    const { code } = error as { code?: string };
    if (!NOT_READ.includes(code ?? "")) throw error;
  }
  stdin.close();
}

function* readAll(
  reader: StreamReader | null,
): CoroutineGenerator<Uint8Array | null> {
  return reader && (yield* reader.read());
}

/**
 * Closes what the descendants of a killed process keep open: nobody waits for
 * more output of it, and its end would never come.
 */
function* closeHeldPipes(
  transport: SubprocessTransport,
  streams: ProcessStreams,
  isSignalled: () => boolean,
): CoroutineGenerator<void> {
  const returncode = yield* streams.waitExit();
  if (returncode >= 0 || !isSignalled()) return;
  yield* sleep(LINGER);
  for (const fd of [1, 2]) transport.getPipeTransport(fd)?.abort();
}
