import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  consoleLogger,
  getLogger,
  getRunningLoop,
  type LogRecord,
  run,
  setLogger,
  sleep,
} from "../../loop/mod.ts";

Deno.test("setLogger() takes the records of the package", async () => {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  const error = new Error("lost");
  try {
    await run(async () => {
      getRunningLoop().callSoon(function fails() {
        throw error;
      });
      await sleep(0);
    });
  } finally {
    setLogger(null);
  }
  assertEquals(records.length, 1);
  assertEquals(records[0]!.level, "error");
  assertEquals(
    records[0]!.message.split("\n")[0],
    "Exception in callback <Handle fails>",
  );
  assertStrictEquals(records[0]!.error, error);
  assertEquals(String(records[0]!.fields["handle"]), "<Handle fails>");
});

Deno.test("setLogger() with null goes back to the console", () => {
  setLogger(() => {});
  setLogger(null);
  assertStrictEquals(getLogger(), consoleLogger);
});

Deno.test("the console gets warnings and errors, an error on lines of its own", () => {
  const printed: unknown[][] = [];
  const { warn, error, info, debug } = console;
  console.warn = (...values) => printed.push(["warn", ...values]);
  console.error = (...values) => printed.push(["error", ...values]);
  console.info = console.debug = (...values) => printed.push(values);
  const failure = new Error("lost");
  try {
    for (const level of ["debug", "info", "warning"] as const) {
      consoleLogger({ level, message: level, fields: {} });
    }
    consoleLogger({
      level: "error",
      message: "a\nb",
      fields: {},
      error: failure,
    });
  } finally {
    Object.assign(console, { warn, error, info, debug });
  }
  assertEquals(printed, [
    ["warn", "warning"],
    ["error", "a\nb"],
    ["error", failure],
  ]);
});

Deno.test("setLogger() refuses what is no function", () => {
  assertThrows(() => setLogger("asyncio" as never), TypeError);
});

Deno.test("nothing is logged in normal use", async () => {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    await run(async () => {
      await sleep(0);
    });
  } finally {
    setLogger(null);
  }
  assertEquals(records, []);
});
