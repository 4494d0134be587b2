import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import { wrapFuture } from "../../loop/ensure_future.ts";
import { CancelledError } from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { createTask } from "../../loop/tasks.ts";
import { STYLES } from "../_support.ts";
import { describeReport, real } from "./_real.ts";
import {
  IMPLEMENTATIONS,
  server,
  startTlsRecording,
  trusting,
} from "./_tls.ts";

/** So many must have connected before they could be cancelled. */
const CONNECTED = 5;

/** How much longer each waits than the one before, in turns of the runtime. */
const STEP = 5;

/** Lets the runtime turn, so that input and output go on. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await wrapFuture(setImmediate());
}

for (const [name, options] of IMPLEMENTATIONS) {
  for (const style of STYLES) {
    Deno.test(`${name} TLS: connecting can be cancelled at any moment (${style.name})`, () =>
      real(async (reports) => {
        const site = await startTlsRecording({ ...server, ...options });
        const connect = style.body(() =>
          currentLoop().createConnection(() => ({}), "127.0.0.1", site.port, {
            ssl: { ...trusting, ...options },
          })
        );
        let cancelled = 0;
        let connected = 0;
        for (let moment = 0; connected < CONNECTED; moment++) {
          const task = createTask(connect);
          await turns(moment * STEP);
          task.cancel();
          try {
            (await task)[0].close();
            connected++;
          } catch (error) {
            if (!(error instanceof CancelledError)) throw error;
            cancelled++;
          }
        }
        assert(cancelled > CONNECTED, `${cancelled}`);
        // A server learns of those that were given up, and of nothing else.
        site.server.close();
        assertEquals(await site.server.shutdown(10), true);
        for (const { events } of site.recorders) {
          assert(/^(made,(eof,)?lost)?$/.test(`${events}`), `${events}`);
        }
        for (const report of reports.splice(0).map(describeReport)) {
          assertEquals(
            report,
            "SSL handshake failed: " +
              "ConnectionReset: Connection reset in TLS handshake",
          );
        }
      }));
  }
}
