import { createTask, run, type Suspension } from "../../loop/mod.ts";
import { openConnection, type StreamReader } from "../../streams/mod.ts";
import { doubling, LINEAR_LIMIT } from "./linear.ts";
import { timed } from "./timed.ts";
import { bothStyles, type Work } from "./work.ts";

const MEBIBYTE = 2 ** 20;
const LINE = `${"x".repeat(63)}\n`;
const LINES_PER_BLOCK = 1024;
const BLOCK = new TextEncoder().encode(LINE.repeat(LINES_PER_BLOCK));

/** Sends whole blocks to the first client that connects; on the bare platform, so that only the reader is ours. */
async function sendLines(
  listener: Deno.Listener,
  blocks: number,
): Promise<void> {
  using connection = await listener.accept();
  for (let block = 0; block < blocks; block++) {
    for (let sent = 0; sent < BLOCK.length;) {
      sent += await connection.write(BLOCK.subarray(sent));
    }
  }
}

function* countLines(reader: StreamReader) {
  let lines = 0;
  while ((yield* reader.readline()).length > 0) lines++;
  return lines;
}

async function countLinesAsync(reader: StreamReader): Promise<number> {
  let lines = 0;
  while ((await reader.readline()).length > 0) lines++;
  return lines;
}

type Count = (
  reader: StreamReader,
) => Generator<Suspension, number, unknown> | Promise<number>;

/** Reads so many lines over TCP, one by one. */
async function readLines(count: Count, lines: number): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const sending = sendLines(listener, Math.ceil(lines / LINES_PER_BLOCK));
  const got = await run(async () => {
    const [reader, writer] = await openConnection(
      "127.0.0.1",
      (listener.addr as Deno.NetAddr).port,
    );
    const got = await createTask(() => count(reader));
    writer.close();
    await writer.waitClosed();
    return got;
  });
  await sending;
  if (got !== lines) {
    throw new Error(`Cannot count lines: ${got} instead of ${lines}`);
  }
}

/** A stream read line by line: what a line costs, and that it costs the same however long the stream is. */
export const LINES: readonly Work[] = [
  {
    suite: "streams",
    name: "lines",
    title: "readline() of 64 bytes over TCP",
    unit: "ns",
    cpython: true,
    budgets: bothStyles("cpython", 2),
    subjects: {
      "generator": timed(
        (operations) => readLines(countLines, operations),
        LINES_PER_BLOCK,
      ),
      "async": timed(
        (operations) => readLines(countLinesAsync, operations),
        LINES_PER_BLOCK,
      ),
    },
  },
  {
    suite: "streams",
    name: "lines-linear",
    title: "readline(): time of 128 MiB / time of 64 MiB",
    unit: "x",
    cpython: false,
    once: true,
    budgets: [{ subject: "async", limit: LINEAR_LIMIT }],
    subjects: {
      "async": doubling(
        (bytes) => readLines(countLinesAsync, bytes / LINE.length),
        64 * MEBIBYTE,
      ),
    },
  },
];
