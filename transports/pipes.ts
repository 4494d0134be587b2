import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { connect } from "./_connect.ts";
import type { ReadPipe, WritePipe } from "./_pipe_ends.ts";
import { PipeChannel } from "./pipe_channel.ts";
import type { ProtocolFactory, StreamProtocol } from "./protocols.ts";
import type { TransportSite } from "./tcp.ts";
import type { ReadTransport, WriteTransport } from "./transports.ts";

/** Reads a pipe into a protocol. */
export function* connectReadPipe<P extends StreamProtocol>(
  { loop, resources }: TransportSite,
  protocolFactory: ProtocolFactory<P>,
  pipe: ReadPipe,
): CoroutineGenerator<[ReadTransport, P]> {
  checkPipe(pipe, "read");
  const channel = new PipeChannel(pipe, null);
  return yield* connect(loop, channel, protocolFactory, resources);
}

/** Lets a protocol write to a pipe. */
export function* connectWritePipe<P extends StreamProtocol>(
  { loop, resources }: TransportSite,
  protocolFactory: ProtocolFactory<P>,
  pipe: WritePipe,
): CoroutineGenerator<[WriteTransport, P]> {
  checkPipe(pipe, "write");
  const channel = new PipeChannel(null, pipe);
  return yield* connect(loop, channel, protocolFactory, resources);
}

function checkPipe(pipe: unknown, method: "read" | "write"): void {
  const web = method === "read" ? "getReader" : "getWriter";
  const has = (name: string) =>
    typeof (pipe as Record<string, unknown> | null)?.[name] === "function";
  if (has(web) || (has(method) && has("close"))) return;
  throw new TypeError(
    `Cannot connect ${method} pipe: expected a Web stream or an object with ` +
      `${method}() and close()`,
  );
}
