import type { Server } from "../../transports/mod.ts";

/** Prints the port of a listening server and serves until the process is ended. */
export async function serve(server: Server): Promise<void> {
  console.log(server.port);
  await server.serveForever();
}
