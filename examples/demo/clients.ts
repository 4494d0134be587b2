import * as asyncio from "@asyncio/asyncio";
import type { Options } from "./options.ts";
import type { Tally } from "./tally.ts";

/** A message of the queue: a line. */
export type Message = Uint8Array;

const NEWLINE = 10;

/** Makes a line of a random length, up to two thousand bytes. */
export function makeMessage(): Message {
  const message = new Uint8Array(16 + Math.floor(2_000 * Math.random()));
  message.fill(97 + Math.floor(26 * Math.random()));
  message[message.length - 1] = NEWLINE;
  return message;
}

/** What the clients share. */
export interface Work {
  /** What there is to send. */
  queue: asyncio.Queue<Message>;
  /** Where all wait for each other before they begin. */
  start: asyncio.Barrier;
}

/**
 * Puts messages into the queue, round by round, until the time is up; then shuts
 * the queue down. A round is over when every message of it has come back.
 */
export async function produce(
  { queue, start }: Work,
  { clients, seconds }: Options,
): Promise<void> {
  const messages = Array.from({ length: 100 }, makeMessage);
  await start.wait();
  const loop = asyncio.getRunningLoop();
  const end = loop.time() + seconds;
  while (loop.time() < end) {
    for (let client = 0; client < clients; client++) {
      await queue.put(messages[client % messages.length]!);
    }
    await queue.join();
  }
  queue.shutdown();
}

/** Sends messages of a queue to a server and awaits each one's return. */
export async function work(
  { queue, start }: Work,
  port: number,
  tally: Tally,
): Promise<void> {
  const loop = asyncio.getRunningLoop();
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
  await using _ = writer;
  await start.wait();
  for await (const message of queue) {
    const sent = loop.time();
    writer.write(message);
    const echo = await reader.readexactly(message.length);
    if (echo.at(-1) !== NEWLINE) throw new Error("The echo is another message");
    tally.record(message.length, loop.time() - sent);
    queue.taskDone();
  }
}

/** Connects, says nothing, and would do so for an hour. */
export async function beSlow(port: number): Promise<void> {
  const [, writer] = await asyncio.openConnection("127.0.0.1", port);
  await using _ = writer;
  await asyncio.sleep(3_600);
}
