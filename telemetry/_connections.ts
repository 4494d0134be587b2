import type { AbstractEventLoop } from "../loop/abstract_event_loop.ts";
import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { captureContext } from "../loop/context.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import type { Address } from "../transports/byte_channel.ts";
import type {
  ProtocolFactory,
  StreamProtocol,
} from "../transports/protocols.ts";
import type { Transport } from "../transports/transports.ts";
import { CLIENT, noteError, SERVER, type Span, type Tracer } from "./tracer.ts";

const CLIENTS = ["createConnection", "createUnixConnection"] as const;
const SERVERS = ["createServer", "createUnixServer"] as const;

/** Any of the methods above, as far as it matters here. */
type Opener = (
  factory: ProtocolFactory,
  ...rest: unknown[]
) => Coroutine<unknown>;

/** The span of a connection, which may fail before and after it is made. */
class ConnectionSpan {
  readonly #span: Span;
  #ended = false;

  constructor(span: Span) {
    this.#span = span;
  }

  describePeer(peer: Address): void {
    const host = "path" in peer ? peer.path : peer.hostname;
    if (host !== null) this.#span.setAttribute("network.peer.address", host);
    if (!("port" in peer)) return;
    this.#span.setAttribute("network.peer.port", peer.port);
  }

  end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error !== null) noteError(this.#span, error);
    this.#span.end();
  }
}

/** Makes a span of every connection; returns what ends that. */
export function traceConnections(
  loop: AbstractEventLoop,
  tracer: Tracer,
): () => void {
  const openers = loop as unknown as Record<string, Opener>;
  for (const method of CLIENTS) {
    const open = openers[method]!.bind(loop);
    openers[method] = (factory, ...rest) =>
      operation(method, connect(tracer, open, factory, rest));
  }
  for (const method of SERVERS) {
    const open = openers[method]!.bind(loop);
    openers[method] = (factory, ...rest) =>
      open(
        () =>
          startSpan(tracer, "accept", SERVER, (span) => watch(span, factory)),
        ...rest,
      );
  }
  return () => {
    for (const method of [...CLIENTS, ...SERVERS]) delete openers[method];
  };
}

function* connect(
  tracer: Tracer,
  open: Opener,
  factory: ProtocolFactory,
  rest: unknown[],
): CoroutineGenerator<unknown> {
  const [span, opening] = startSpan(
    tracer,
    "connect",
    CLIENT,
    (span) => [span, open(() => watch(span, factory), ...rest)] as const,
  );
  try {
    return yield* opening;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

function startSpan<T>(
  tracer: Tracer,
  name: string,
  kind: number,
  run: (span: ConnectionSpan) => T,
): T {
  return tracer.startActiveSpan(
    name,
    { kind },
    (span) => run(new ConnectionSpan(span)),
  );
}

/** Lets the protocol tell the span; its calls see the span as the active one. */
function watch(span: ConnectionSpan, factory: ProtocolFactory): StreamProtocol {
  const context = captureContext();
  const protocol: StreamProtocol = factory();
  const made = protocol.connectionMade;
  const lost = protocol.connectionLost;
  protocol.connectionMade = (transport: Transport) => {
    const peer = transport.getExtraInfo("peername");
    if (peer !== null) span.describePeer(peer);
    context(() => made?.call(protocol, transport));
  };
  protocol.connectionLost = (error: Error | null) => {
    try {
      context(() => lost?.call(protocol, error));
    } finally {
      span.end(error);
    }
  };
  return protocol;
}
