/**
 * Spans for tasks and connections, through OpenTelemetry's API package and
 * Deno's built-in telemetry, which the environment turns on and which sends
 * them to a collector or, as here, prints them:
 *
 *     export OTEL_DENO=true OTEL_EXPORTER_OTLP_PROTOCOL=console
 *     deno run --allow-net examples/telemetry.ts
 */
import * as asyncio from "@asyncio/asyncio";
import { instrument } from "@asyncio/asyncio/telemetry";
import { trace } from "npm:@opentelemetry/api@1.10.0";

const tracer = trace.getTracer("telemetry example");

async function shout(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  await using _ = writer;
  const line = new TextDecoder().decode(await reader.readline());
  // Spans of the program's own are children of the task that makes them.
  tracer.startActiveSpan("upper case", (span) => {
    writer.write(line.toUpperCase());
    span.end();
  });
}

let port = 0;

async function ask() {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
  await using _ = writer;
  writer.write("hello\n");
  console.log(new TextDecoder().decode(await reader.readline()).trimEnd());
}

await asyncio.run(async () => {
  using _ = instrument(asyncio.getRunningLoop(), { tracer });
  await using server = await asyncio.startServer(shout, "127.0.0.1", 0);
  ({ port } = server);
  await asyncio.createTask(ask);
});

// Output:
// HELLO
