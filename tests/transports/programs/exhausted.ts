/** An echo server that tells what its exception handler is told. */
import { DenoEventLoop } from "../../../loop/deno_event_loop.ts";
import { run } from "../../../loop/runners.ts";
import { startServer } from "../../../streams/open.ts";

await run(async () => {
  const server = await startServer(
    async (reader, writer) => {
      for await (const line of reader) writer.write(line);
      writer.close();
    },
    "127.0.0.1",
    0,
    { backlog: 500 },
  );
  console.log(`${server}`);
  await server.serveForever();
}, {
  loopFactory: () => {
    const loop = new DenoEventLoop();
    loop.setExceptionHandler((_loop, { message, exception }) => {
      const { code } = exception as { code?: string };
      console.log(`${loop.time()} ${message}: ${code}`);
    });
    return loop;
  },
});
