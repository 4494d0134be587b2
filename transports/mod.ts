/**
 * Connections as transports and protocols: a transport moves bytes, a protocol
 * is called with them. Streams, in `@asyncio/asyncio/streams`, are built on
 * them and are easier to use.
 *
 * @module
 */

export type { AbstractServer } from "./abstract_server.ts";
export type {
  Address,
  ByteChannel,
  ByteListener,
  NetAddress,
  UnixAddress,
} from "./byte_channel.ts";
export { connectChannel } from "./connect_channel.ts";
export { DenoConnChannel } from "./deno_conn_channel.ts";
export type { ListenHost } from "./_listen.ts";
export {
  memoryChannelPair,
  type MemoryChannelPairOptions,
} from "./memory_channel.ts";
export {
  BaseProtocol,
  BufferedProtocol,
  Protocol,
  type ProtocolFactory,
  type StreamProtocol,
} from "./protocols.ts";
export { Server } from "./server.ts";
export type { Cipher, PeerCertificate, SslObject } from "./ssl_object.ts";
export type { StartTlsOptions } from "./start_tls.ts";
export type {
  ProgramArguments,
  SubprocessOptions,
} from "./subprocess_options.ts";
export {
  type ProcessProtocol,
  type ProcessProtocolFactory,
  SubprocessProtocol,
} from "./subprocess_protocol.ts";
export type { Stdio } from "./subprocess_stdio.ts";
export type { SubprocessTransport } from "./subprocess_transport.ts";
export type {
  ConnectAcceptedSocketOptions,
  CreateConnectionOptions,
  CreateServerOptions,
} from "./tcp.ts";
export type {
  TlsClientCall,
  TlsOptions,
  TlsServerCall,
} from "./tls_options.ts";
export type {
  BaseTransport,
  ReadTransport,
  Transport,
  WriteTransport,
} from "./transports.ts";
export type {
  CreateUnixConnectionOptions,
  CreateUnixServerOptions,
} from "./unix.ts";
export type { CreateDatagramEndpointOptions } from "./datagram.ts";
export {
  DatagramProtocol,
  type PacketProtocol,
  type PacketProtocolFactory,
} from "./datagram_protocol.ts";
export type { DatagramAddress } from "./datagram_channel.ts";
export { DatagramTransport } from "./datagram_transport.ts";
export type { DatagramSocket } from "./deno_datagram_channel.ts";
export type {
  AddressFamily,
  GetaddrinfoOptions,
  GetnameinfoOptions,
  ResolvedAddress,
} from "./names.ts";
export type { ConnectRaceOptions } from "./_connect_race.ts";
export type { DialOptions } from "./_dial.ts";
export type {
  PipeSink,
  PipeSource,
  ReadPipe,
  WritePipe,
} from "./_pipe_ends.ts";
export { PipeChannel } from "./pipe_channel.ts";
export type { SendfileOptions, SendfileSource } from "./sendfile.ts";
export type { SocketAddress } from "./sockets.ts";
