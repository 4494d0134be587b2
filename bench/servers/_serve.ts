import type { NetAddress, Server } from "../../transports/mod.ts";

/** Returns the port that a server which was started on port 0 listens on. */
export function portOf(server: Server): number {
  return (server.sockets[0] as NetAddress).port;
}

/** Prints the port of a listening server and serves until the process is ended. */
export async function serve(server: Server): Promise<void> {
  console.log(portOf(server));
  await server.serveForever();
}
