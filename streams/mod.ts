/**
 * Streams: a reader and a writer for every connection, to be awaited.
 *
 * @module
 */

export type { Separator } from "./_search.ts";
export {
  type IntrospectionReply,
  type IntrospectionRequest,
  serveIntrospection,
  type ServeIntrospectionOptions,
} from "./introspection.ts";
export {
  openChannel,
  type OpenChannelOptions,
  openConnection,
  type OpenConnectionOptions,
  startServer,
  type StartServerOptions,
  type Stream,
} from "./open.ts";
export {
  type Datagram,
  DatagramEndpoint,
  type DatagramIterator,
  openDatagramEndpoint,
  type OpenDatagramEndpointOptions,
} from "./datagram_endpoint.ts";
export {
  openUnixConnection,
  type OpenUnixConnectionOptions,
  startUnixServer,
  type StartUnixServerOptions,
} from "./open_unix.ts";
export { type LineIterator, StreamReader } from "./stream_reader.ts";
export {
  type ClientConnectedCallback,
  StreamReaderProtocol,
} from "./stream_reader_protocol.ts";
export { type StreamStartTlsOptions, StreamWriter } from "./stream_writer.ts";
export {
  fromReadableStream,
  fromWritableStream,
  toReadableStream,
  type ToReadableStreamOptions,
  toWritableStream,
} from "./web_streams.ts";
