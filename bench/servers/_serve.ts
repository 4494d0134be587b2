import type { Server } from "../../transports/mod.ts";

/** Prints the port of a listening server and serves until the process is ended. */
export async function serve(server: Server): Promise<void> {
  const address = server.sockets[0]!.addr as Deno.NetAddr;
  console.log(address.port);
  await server.serveForever();
}
