import { assertEquals, assertRejects } from "@std/assert";
import * as asyncio from "../../mod.ts";
import { instrument } from "../../telemetry/mod.ts";
import { RecordingTracer } from "./_tracer.ts";

Deno.test("instrument() makes tasks spans that follow the task's context", async () => {
  const tracer = new RecordingTracer();
  await asyncio.run(async () => {
    using _ = instrument(asyncio.getRunningLoop(), { tracer });
    async function inner() {
      await asyncio.sleep(0.001);
      assertEquals(tracer.active?.name, "inner");
    }
    await asyncio.createTask(async function outer() {
      await asyncio.sleep(0);
      await asyncio.createTask(inner, { name: "my task" });
    });
    await asyncio.createTask(
      (function* steps() {
        yield* asyncio.sleep(0);
        assertEquals(tracer.active?.name.startsWith("Generator"), false);
      })(),
    );
    await asyncio.sleep(0);
  });
  assertEquals(tracer.lines.slice(0, 2), ["outer", "inner < outer"]);
  assertEquals(tracer.spans.map(({ ended }) => ended), [1, 1, 1]);
  const [, inner] = tracer.spans;
  assertEquals(inner?.attributes, { "asyncio.task.name": "my task" });
  assertEquals(inner?.status, null);
});

Deno.test("instrument() tells how tasks end, and leaves errors to be retrieved", async () => {
  const tracer = new RecordingTracer();
  const messages: string[] = [];
  await asyncio.run(async () => {
    const loop = asyncio.getRunningLoop();
    loop.setExceptionHandler((_loop, { message }) => messages.push(message));
    using _ = instrument(loop, { tracer });
    asyncio.createTask(async function fails() {
      await asyncio.sleep(0);
      throw new TypeError("broken");
    });
    const nap = asyncio.createTask(async function nap() {
      await asyncio.sleep(9);
    });
    await asyncio.sleep(0.001);
    nap.cancel();
    await asyncio.wait([nap]);
    await asyncio.sleep(0);
  });
  const [fails, nap] = tracer.spans;
  assertEquals(fails?.status, { code: 2, message: "broken" });
  assertEquals(fails?.errors.map(({ name }) => name), ["TypeError"]);
  assertEquals(nap?.attributes["asyncio.task.cancelled"], true);
  assertEquals(nap?.status, null);
  assertEquals(messages, ["Task exception was never retrieved"]);
});

Deno.test("instrument() keeps the task factory and the contexts of users", async () => {
  const tracer = new RecordingTracer();
  await asyncio.run(async () => {
    const loop = asyncio.getRunningLoop();
    const { context } = await asyncio.createTask(async () => ({
      context: asyncio.currentTask()!.getContext(),
    }));
    loop.setTaskFactory(asyncio.eagerTaskFactory);
    {
      using _ = instrument(loop, { tracer });
      const eager = asyncio.createTask(function* eager() {});
      assertEquals(eager.done(), true);
      await asyncio.createTask(async function given() {
        assertEquals(tracer.active?.name, "given");
      }, { context });
    }
    assertEquals(loop.getTaskFactory(), asyncio.eagerTaskFactory);
    await asyncio.createTask(async function later() {});
  });
  assertEquals(tracer.lines, ["eager", "given"]);
});

Deno.test("instrument() makes connections spans, parents of those who serve them", async () => {
  const tracer = new RecordingTracer();
  let served: string | undefined;
  await asyncio.run(async () => {
    const loop = asyncio.getRunningLoop();
    using _ = instrument(loop, { tracer });
    await using server = await asyncio.startServer(
      async function greet(_reader, writer) {
        await using _ = writer;
        served = tracer.active?.name;
        writer.write("hello");
      },
      "127.0.0.1",
      0,
    );
    const { port } = server.sockets[0] as asyncio.NetAddress;
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
    await reader.read();
    writer.close();
    await writer.waitClosed();
    await asyncio.sleep(0.01);
    const { port: gone } = server.sockets[0] as asyncio.NetAddress;
    server.close();
    await server.waitClosed();
    await assertRejects(
      async () => await asyncio.openConnection("127.0.0.1", gone),
      Deno.errors.ConnectionRefused,
    );
  });
  assertEquals(served, "greet");
  assertEquals(tracer.lines.toSorted(), [
    "accept",
    "connect",
    "connect",
    "greet < accept",
  ]);
  assertEquals(tracer.spans.map(({ ended }) => ended), [1, 1, 1, 1]);
  const clients = tracer.spans.filter(({ name }) => name === "connect");
  assertEquals(clients.map(({ kind, status }) => [kind, status?.code]), [
    [2, undefined],
    [2, 2],
  ]);
  assertEquals(clients[0]?.attributes["network.peer.address"], "127.0.0.1");
});
