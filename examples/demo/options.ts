/** What the command line says. */
export interface Options {
  /** Where the first server listens, the second one port further; 0: any. */
  port: number;
  /** How many clients are at work at once. */
  clients: number;
  /** How long they work. */
  seconds: number;
}

export const HELP = `Shows asyncio at work on real TCP.

An echo server as a protocol, an echo server with streams, and clients that
take their messages from a queue. One client is slow.

Usage: deno task demo [options]

  --port <n>      port of the first server, the second takes the next one
                  (0 to 65534, default 0: any two that are free)
  --clients <n>   clients at work at once (1 to 1000, default 200)
  --seconds <n>   how long they work (0.1 to 3600, default 3)
  --help          show this help
`;

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/**
 * Reads the command line.
 *
 * @returns The options, or `null` if help is wanted.
 * @throws {UsageError} If an option or its value cannot be understood.
 */
export function parseOptions(args: string[]): Options | null {
  if (args.includes("--help") || args.includes("-h")) return null;
  const options: Options = { port: 0, clients: 200, seconds: 3 };
  const left = args.flatMap(splitAtEquals);
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === "--port") {
      options.port = toNumber(name, left.shift(), 0, 65_534);
    } else if (name === "--clients") {
      options.clients = toNumber(name, left.shift(), 1, 1_000);
    } else if (name === "--seconds") {
      options.seconds = toNumber(name, left.shift(), 0.1, 3_600);
    } else {
      throw new UsageError(
        `unknown option "${name}", --help lists those there are`,
      );
    }
  }
  return options;
}

/** Turns `--port=80` to `--port 80`. */
function splitAtEquals(argument: string): string[] {
  const match = /^(--\w+)=(.*)$/.exec(argument);
  return match === null ? [argument] : [match[1]!, match[2]!];
}

/** A fraction is allowed where the smallest value is one. */
function toNumber(
  option: string,
  text: string | undefined,
  from: number,
  to: number,
): number {
  const kind = Number.isInteger(from) ? "whole number" : "number";
  const shape = Number.isInteger(from) ? /^\d+$/ : /^\d+(\.\d+)?$/;
  const value = Number(text);
  if (text !== undefined && shape.test(text) && value >= from && value <= to) {
    return value;
  }
  const received = text === undefined ? "nothing" : `"${text}"`;
  throw new UsageError(
    `${option} must be a ${kind} from ${from} to ${to}, received ${received}`,
  );
}
