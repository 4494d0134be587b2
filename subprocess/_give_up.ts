import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { SubprocessTransport } from "../transports/subprocess_transport.ts";
import type { ProcessStreams } from "./_process_streams.ts";

/**
 * Kills the process, which nobody listens to any more, and waits until it is
 * gone. One that must not be killed, since it runs as somebody else, might go
 * on for ever: then only its pipes are closed.
 */
export function* giveUp(
  transport: SubprocessTransport,
  streams: ProcessStreams,
): CoroutineGenerator<void> {
  const isKilled = tryKill(transport);
  transport.close();
  if (isKilled) yield* streams.waitLost();
}

function tryKill(transport: SubprocessTransport): boolean {
  try {
    if (!transport.isClosing()) transport.kill();
    return true;
  } catch {
    return false;
  }
}
