import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { ChildTransport } from "./_child_transport.ts";
import { denoFor } from "./_deno.ts";
import { launch, type Program, shellProgram } from "./_launch.ts";
import { waitForExec } from "./_merged_streams.ts";
import {
  checkOptions,
  type ProgramArguments,
  splitArguments,
  type SubprocessOptions,
  wrongType,
} from "./subprocess_options.ts";
import type {
  ProcessProtocol,
  ProcessProtocolFactory,
} from "./subprocess_protocol.ts";
import type { SubprocessTransport } from "./subprocess_transport.ts";
import type { TransportSite } from "./tcp.ts";

/** Starts a program and gives it a protocol. */
export function* subprocessExec<P extends ProcessProtocol>(
  site: TransportSite,
  protocolFactory: ProcessProtocolFactory<P>,
  command: string | URL,
  list: ProgramArguments,
): CoroutineGenerator<[SubprocessTransport, P]> {
  const [args, options] = splitArguments(command, list);
  return yield* start(site, protocolFactory, { command, args }, options);
}

/** Starts a shell with a command line and gives it a protocol. */
export function* subprocessShell<P extends ProcessProtocol>(
  site: TransportSite,
  protocolFactory: ProcessProtocolFactory<P>,
  line: string,
  options: SubprocessOptions,
): CoroutineGenerator<[SubprocessTransport, P]> {
  if (typeof line !== "string") throw wrongType("command", "a string", line);
  const program = shellProgram(denoFor("start process"), line);
  return yield* start(site, protocolFactory, program, options);
}

/** Starts a process; if anything then fails, it is killed and waited for. */
function* start<P extends ProcessProtocol>(
  { loop, resources }: TransportSite,
  protocolFactory: ProcessProtocolFactory<P>,
  program: Program,
  options: SubprocessOptions,
): CoroutineGenerator<[SubprocessTransport, P]> {
  const deno = denoFor("start process");
  checkOptions(options);
  const protocol = protocolFactory();
  const { report, ...launched } = launch(deno, program, options);
  const parts = { ...launched, loop, resources, deno, protocol };
  const transport = new ChildTransport(parts);
  try {
    if (report !== null) yield* waitForExec(report, program);
    const waiter = loop.createFuture<void>();
    transport.begin(waiter);
    yield* waiter;
  } catch (error) {
    transport.close();
    yield* transport.waitExit();
    throw error;
  }
  return [transport, protocol];
}
