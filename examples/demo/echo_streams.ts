import type { StreamReader, StreamWriter } from "@asyncio/asyncio";
import type { Tallies } from "./tally.ts";

/** Makes what serves a connection with a task: it echoes line after line. */
export function echoStreams(tallies: Tallies) {
  return async (reader: StreamReader, writer: StreamWriter): Promise<void> => {
    tallies.streams.connections++;
    await using _ = writer;
    for await (const line of reader) {
      writer.write(line);
      await writer.drain();
    }
  };
}
