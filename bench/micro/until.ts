import { createTask, run, sleep } from "../../loop/mod.ts";
import { StreamReader } from "../../streams/mod.ts";
import { doubling, LINEAR_LIMIT } from "./linear.ts";
import type { Work } from "./work.ts";

const BYTE = new TextEncoder().encode("x");
const SEPARATOR = new TextEncoder().encode("\r\n");
const LIMIT = 256 * 1024;

/** Feeds one byte at a time up to the limit, the reader looking for its separator after each, then the separator. */
function* readuntilByteByByte(limit: number) {
  const reader = new StreamReader(limit);
  const reading = createTask(reader.readuntil(SEPARATOR));
  for (let index = 0; index < limit; index++) {
    reader.feedData(BYTE);
    yield* sleep(0);
  }
  reader.feedData(SEPARATOR);
  const { length } = yield* reading;
  if (length !== limit + SEPARATOR.length) {
    throw new Error(`Cannot read until the separator: got ${length} bytes`);
  }
}

/** `readuntil` on a peer that sends single bytes: nothing may be searched or copied twice. */
export const UNTIL: Work = {
  suite: "streams",
  name: "until-linear",
  title: "readuntil() byte by byte: time of 512 KiB / time of 256 KiB",
  unit: "x",
  cpython: false,
  once: true,
  budgets: [{ subject: "generator", limit: LINEAR_LIMIT }],
  subjects: {
    "generator": doubling(
      (limit) => run(() => readuntilByteByByte(limit)),
      LIMIT,
    ),
  },
};
