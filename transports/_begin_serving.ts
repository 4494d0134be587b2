import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { sleep } from "../loop/sleep.ts";
import type { Server } from "./server.ts";

/** Lets a server accept, and lets those who wait already be accepted first. */
export function* beginServing(server: Server): CoroutineGenerator<Server> {
  server.start();
  try {
    yield* sleep(0);
  } catch (error) {
    server.close();
    throw error;
  }
  return server;
}
