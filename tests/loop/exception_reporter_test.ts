import {
  assertEquals,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { ExceptionHandlerContext } from "../../loop/exception_handler.ts";
import { setLogger } from "../../loop/log.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import type { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { recordReports, testVirtual, virtualLoop } from "./_support.ts";

/** What a function logs: the message of each record, and its error. */
function loggedBy(call: () => void): unknown[][] {
  const records: unknown[][] = [];
  setLogger(({ level, message, error }) => {
    assertEquals(level, "error");
    records.push(error === undefined ? [message] : [message, error]);
  });
  try {
    call();
  } finally {
    setLogger(null);
  }
  return records;
}

/** Calls a test with a loop, and closes that. */
function withLoop(body: (loop: VirtualTimeEventLoop) => void): () => void {
  return () => {
    const loop = virtualLoop();
    body(loop);
    loop.close();
  };
}

Deno.test(
  "setExceptionHandler() replaces what is done with reports (H2)",
  withLoop((loop) => {
    assertEquals(loop.getExceptionHandler(), null);
    const seen: unknown[] = [];
    const handler = (...args: unknown[]) => void seen.push(...args);
    loop.setExceptionHandler(handler);
    assertStrictEquals(loop.getExceptionHandler(), handler);
    const context = { message: "a message", whatever: 5 };
    const printed = loggedBy(() => loop.callExceptionHandler(context));
    assertStrictEquals(seen[0], loop);
    assertStrictEquals(seen[1], context);
    assertEquals(printed, []);
    loop.setExceptionHandler(null);
    assertEquals(loop.getExceptionHandler(), null);
  }),
);

Deno.test(
  "setExceptionHandler() takes functions only",
  withLoop((loop) => {
    for (const wrong of [5, {}, undefined]) {
      assertThrows(
        () => loop.setExceptionHandler(wrong as never),
        TypeError,
        "Cannot set exception handler: expected a function or null",
      );
    }
  }),
);

Deno.test(
  "the default handler prints message, keys in order, and the error (H3)",
  withLoop((loop) => {
    const exception = new RangeError("broken");
    const printed = loggedBy(() =>
      loop.callExceptionHandler({
        message: "It happened",
        transport: "a transport",
        exception,
        protocol: "a protocol",
      })
    );
    assertEquals(printed, [[
      "It happened\nprotocol: a protocol\ntransport: a transport",
      exception,
    ]]);
  }),
);

Deno.test(
  "the default handler prints something without a message or an error (H3)",
  withLoop((loop) => {
    const context = { message: "" };
    assertEquals(loggedBy(() => loop.callExceptionHandler(context)), [[
      "Unhandled exception in event loop",
    ]]);
  }),
);

Deno.test(
  "the default handler prints what cannot be turned into text (H3)",
  withLoop((loop) => {
    const odd = Object.create(null);
    const broken = {
      toString() {
        throw new Error("no text");
      },
    };
    const [[text] = []] = loggedBy(() =>
      loop.callExceptionHandler({ message: "odd", odd, broken })
    );
    assertMatch(String(text), /^odd\nbroken: \[object Object\]\nodd: /);
  }),
);

Deno.test(
  "a handler that throws is reported by the default one (H2)",
  withLoop((loop) => {
    const error = new Error("in the handler");
    loop.setExceptionHandler(() => {
      throw error;
    });
    const printed = loggedBy(() =>
      loop.callExceptionHandler({ message: "the first" })
    );
    assertEquals(printed.length, 1);
    const [text, exception] = printed[0]!;
    assertMatch(String(text), /^Unhandled error in exception handler/);
    assertStrictEquals(exception, error);
  }),
);

Deno.test(
  "a default handler that throws does not stop the loop (H2)",
  withLoop((loop) => {
    loop.defaultExceptionHandler = () => {
      throw new Error("in the default handler");
    };
    const call = () => loop.callExceptionHandler({ message: "a message" });
    const expected = "Exception in default exception handler";
    const [byDefault] = loggedBy(call);
    assertEquals(byDefault!.map(String), [
      expected,
      "Error: in the default handler",
    ]);
    loop.setExceptionHandler(() => {
      throw new Error("in the handler");
    });
    assertEquals(loggedBy(call)[0]![0], expected);
  }),
);

Deno.test(
  "a handler may call the default one",
  withLoop((loop) => {
    loop.setExceptionHandler((loop, context) =>
      loop.defaultExceptionHandler({ ...context, message: "changed" })
    );
    const printed = loggedBy(() =>
      loop.callExceptionHandler({ message: "original" })
    );
    assertEquals(printed, [["changed"]]);
  }),
);

testVirtual("a handler that throws does not stop the loop (H2)", async () => {
  const loop = getRunningLoop();
  const log: string[] = [];
  loop.setExceptionHandler(() => {
    throw new Error("in the handler");
  });
  setLogger(() => log.push("logged"));
  loop.callSoon(() => {
    throw new Error("in the callback");
  });
  loop.callSoon(() => log.push("next callback"));
  await sleep(0);
  setLogger(null);
  loop.setExceptionHandler(null);
  assertEquals(log, ["logged", "next callback"]);
});

testVirtual("reports keep unknown keys (H1)", async () => {
  const reports: ExceptionHandlerContext[] = recordReports();
  getRunningLoop().callExceptionHandler({ message: "m", anything: [1, 2] });
  await sleep(0);
  assertEquals(reports, [{ message: "m", anything: [1, 2] }]);
});
