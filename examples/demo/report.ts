import { columns, grouped, mebibytes, milliseconds } from "./format.ts";
import type { Tallies, Tally } from "./tally.ts";

/** Writes what happened as a table. */
export function report(tallies: Tallies): string {
  const { protocol, streams, total, seconds } = tallies;
  const row = (name: string, cell: (tally: Tally) => string) => [
    name,
    ...[protocol, streams, total].map(cell),
  ];
  const table = columns([
    ["", "protocol", "streams", "both"],
    row("connections", (tally) => grouped(tally.connections)),
    row("messages", (tally) => grouped(tally.messages)),
    row("bytes each way", (tally) => mebibytes(tally.bytes)),
    row(
      "messages per second",
      (tally) => seconds > 0 ? grouped(tally.messages / seconds) : "-",
    ),
    row("latency p50", (tally) => milliseconds(tally.latencies.quantile(0.5))),
    row("latency p99", (tally) => milliseconds(tally.latencies.quantile(0.99))),
  ]);
  return [
    table,
    "",
    `idle connections closed  ${tallies.idleConnections}`,
    `tasks cancelled          ${tallies.cancelledTasks}`,
  ].join("\n");
}
