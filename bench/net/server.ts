/**
 * An echo server of the net benches, a process of its own:
 *
 *     deno run --allow-all bench/net/server.ts bare|protocol|streams|node unix PATH
 *     deno run --allow-all bench/net/server.ts bare|protocol|streams|node tls node|deno
 *
 * It prints where it listens, and ends when its input does.
 */
import nodeTls from "node:tls";
import type { AddressInfo } from "node:net";
import { getRunningLoop, run } from "../../loop/mod.ts";
import {
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
} from "../../streams/mod.ts";
import { Protocol, type Transport } from "../../transports/mod.ts";
import { endWithParent } from "../servers/_parent.ts";
import { certificate } from "./certificate.ts";

const READ_BYTES = 256 * 1024;

class Echo extends Protocol {
  #transport!: Transport;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }
}

async function echoStream(
  reader: StreamReader,
  writer: StreamWriter,
): Promise<void> {
  for (;;) {
    const data = await reader.read(READ_BYTES);
    if (data.length === 0) break;
    writer.write(data);
    await writer.drain();
  }
  writer.close();
}

async function echoBare(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) break;
    for (let sent = 0; sent < count;) {
      sent += await connection.write(buffer.subarray(sent, count));
    }
  }
  connection.close();
}

const LOCAL = { hostname: "127.0.0.1", port: 0 };
const [kind, transport, where = ""] = Deno.args;
const ssl = { ...certificate, backend: where as "node" | "deno" };

async function serveBare(): Promise<void> {
  const listener: Deno.Listener = transport === "unix"
    ? Deno.listen({ transport, path: where })
    : Deno.listenTls({ ...LOCAL, ...certificate });
  const { addr } = listener;
  console.log("port" in addr ? addr.port : where);
  for await (const connection of listener) void echoBare(connection);
}

function serveNode(): void {
  const server = nodeTls.createServer(certificate, (socket) => {
    socket.setNoDelay(true);
    socket.on("data", (data) => socket.write(data));
    socket.on("error", () => {});
  });
  server.listen(0, LOCAL.hostname, () => {
    console.log((server.address() as AddressInfo).port);
  });
}

async function serveProtocol(): Promise<void> {
  const loop = getRunningLoop();
  const make = () => new Echo();
  const server = transport === "unix"
    ? await loop.createUnixServer(make, where)
    : await loop.createServer(make, LOCAL.hostname, 0, { ssl });
  console.log(transport === "unix" ? where : server.port);
  await server.serveForever();
}

async function serveStreams(): Promise<void> {
  const server = transport === "unix"
    ? await startUnixServer(echoStream, where)
    : await startServer(echoStream, LOCAL.hostname, 0, { ssl });
  console.log(transport === "unix" ? where : server.port);
  await server.serveForever();
}

endWithParent();
if (kind === "bare") await serveBare();
else if (kind === "node") serveNode();
else await run(kind === "protocol" ? serveProtocol : serveStreams);
