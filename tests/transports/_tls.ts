import { currentLoop } from "../../loop/running.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import type { StreamProtocol } from "../../transports/protocols.ts";
import type { TlsOptions } from "../../transports/tls_options.ts";
import { Recorder } from "./_recorder.ts";
import { type RecordingServer, startRecording } from "./_tcp.ts";

/** Reads a file of the test certificates. */
function read(name: string): string {
  return Deno.readTextFileSync(
    new URL(`../certificates/${name}`, import.meta.url),
  );
}

/** Reads a certificate and its key. */
function identity(name: string): { cert: string; key: string } {
  return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
}

/** What vouches for the other certificates. */
export const authority: string = read("authority.pem");

/** An authority that vouches for none of them. */
export const stranger: string = read("stranger.pem");

/** A server at the loopback address. */
export const server: { cert: string; key: string } = identity("server");

/** The same, but its certificate has ended. */
export const expired: { cert: string; key: string } = identity("expired");

/** A client named alice. */
export const client: { cert: string; key: string } = identity("client");

/** What a client needs to connect to `server`. */
export const trusting: TlsOptions = {
  caCerts: [authority],
  serverHostname: "localhost",
};

/** Chooses the implementation of TLS that is not the default. */
export const byDeno = { backend: "deno" } as const;

/** Resolves when a protocol has been told of its connection. */
export function whenMade(protocol: StreamProtocol): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { connectionMade } = protocol;
  protocol.connectionMade = (transport) => {
    connectionMade?.call(protocol, transport);
    resolve();
  };
  return promise;
}

/** Connects two protocols through a TLS server. */
export async function connectTls(
  near: StreamProtocol,
  far: StreamProtocol,
  clientOptions: TlsOptions = trusting,
  serverOptions: TlsOptions = server,
): Promise<void> {
  const loop = currentLoop();
  const made = whenMade(far);
  const listening = await loop.createServer(() => far, "127.0.0.1", 0, {
    ssl: serverOptions,
  });
  const { port } = listening.sockets[0] as NetAddress;
  await loop.createConnection(() => near, "127.0.0.1", port, {
    ssl: clientOptions,
  });
  await made;
  listening.close();
}

/** The implementations of TLS, with the options that choose them. */
export const IMPLEMENTATIONS: readonly (readonly [string, TlsOptions])[] = [
  ["node's", {}],
  ["Deno's", byDeno],
];

/** Connects a recorder to a TLS server on the loopback address. */
export async function connectTlsRecorder(
  port: number,
  ssl: TlsOptions | true = trusting,
): Promise<Recorder> {
  const [, recorder] = await currentLoop().createConnection(
    () => new Recorder(),
    "127.0.0.1",
    port,
    { ssl },
  );
  return recorder;
}

/** A TLS server whose connections are noted, for an `await using` block. */
export async function startTlsRecording(
  ssl: TlsOptions = server,
): Promise<RecordingServer & AsyncDisposable> {
  const site = await startRecording({ ssl });
  return {
    ...site,
    async [Symbol.asyncDispose]() {
      site.server.close();
      site.server.closeClients();
      await site.server.waitClosed();
    },
  };
}
