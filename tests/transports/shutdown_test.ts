import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelledError } from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { real } from "./_real.ts";
import { connectRecorder, startRecording } from "./_tcp.ts";
import { withSocketPath } from "./_unix.ts";

Deno.test("Server.shutdown() lets connections end by themselves", () =>
  real(async () => {
    const { server, port, door, recorders } = await startRecording();
    const near = await connectRecorder(port);
    await door.seen("made");
    const task = createTask(server.shutdown(10));
    await sleep(0.01);
    assertEquals([server.isServing(), task.done()], [false, false]);
    near.transport.write("last words");
    near.transport.close();
    assertEquals(await task, true);
    assertEquals(recorders[0]!.text, "last words");
  }));

Deno.test("Server.shutdown() aborts what is left at the deadline", () =>
  real(async () => {
    const { server, port, door, recorders } = await startRecording();
    const near = await connectRecorder(port);
    await door.seen("made");
    const start = currentLoop().time();
    assertEquals(await server.shutdown(0.05), false);
    const took = currentLoop().time() - start;
    assert(took >= 0.05 && took < 5, `${took}`);
    assert(recorders[0]!.events.includes("lost"));
    await near.seen("lost");
    assertEquals(await server.shutdown(0), true, "it is down");
  }));

Deno.test("Server.shutdown() has no deadline by default, and aborts when cancelled", () =>
  real(async () => {
    const { server, port, door, recorders } = await startRecording();
    const near = await connectRecorder(port);
    await door.seen("made");
    const task = createTask(server.shutdown());
    await sleep(0.02);
    assert(!task.done());
    task.cancel();
    await assertRejects(() => Promise.resolve(task), CancelledError);
    await recorders[0]!.seen("lost");
    await near.seen("lost");
    await server.waitClosed();
  }));

Deno.test("Server.shutdown() ends at once where nobody is connected", () =>
  real(async () => {
    const { server } = await startRecording();
    assertEquals(await server.shutdown(10), true);
  }));

Deno.test("createServer() and createUnixServer() close when their signal aborts", () =>
  withSocketPath((path) =>
    real(async () => {
      const loop = currentLoop();
      const plain = () => ({});
      const open = [
        (signal: AbortSignal) =>
          loop.createServer(plain, "127.0.0.1", 0, { signal }),
        (signal: AbortSignal) =>
          loop.createServer(plain, "127.0.0.1", 0, {
            signal,
            resetOnAbort: true,
          }),
        (signal: AbortSignal) => loop.createUnixServer(plain, path, { signal }),
      ];
      for (const call of open) {
        const controller = new AbortController();
        const server = await call(controller.signal);
        assert(server.isServing());
        controller.abort();
        assert(!server.isServing());
        await server.waitClosed();
        await assertRejects(() => call(controller.signal), DOMException);
        const other = await call(new AbortController().signal);
        other.close();
        await other.waitClosed();
      }
    })
  ));
