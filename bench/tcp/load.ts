import { canRun, DENO_RUN, runJson } from "../processes.ts";

/** What one measured window gave. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** CPU time of the server in the window, in seconds; negative if it could not be read. */
  readonly cpuSeconds: number;
  /** Latencies, in microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The load generator, and how a report calls it. */
export interface LoadGenerator {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What a window may take beyond its own time: connecting, the last echoes, a machine that stalls. */
const GRACE_SECONDS = 30;

/**
 * Compiles the load generator, or takes the one written in TypeScript where there is no C compiler.
 *
 * @param folder Where the program goes.
 */
export function buildLoadGenerator(folder: string): LoadGenerator {
  const source = new URL("../tools/load.c", import.meta.url).pathname;
  const program = `${folder}/load`;
  if (canRun("cc", ["-O2", "-o", program, source])) {
    return { name: "load.c", command: program, args: [] };
  }
  const script = new URL("../tools/load_fallback.ts", import.meta.url).pathname;
  return {
    name:
      "load_fallback.ts (no C compiler: the fastest servers are faster than shown)",
    command: Deno.execPath(),
    args: [...DENO_RUN, script],
  };
}

/**
 * Loads a server with connections that each have one message on its way, and measures it after a warm-up.
 *
 * @param generator The load generator.
 * @param server Its port and process.
 * @param shape How many connections, how many bytes a message has.
 * @param window Warm-up and measured time, in seconds.
 */
export function load(
  generator: LoadGenerator,
  server: { readonly port: number; readonly pid: number },
  shape: { readonly connections: number; readonly bytes: number },
  window: { readonly warmup: number; readonly seconds: number },
): Promise<LoadResult> {
  const figures = [
    server.port,
    shape.connections,
    shape.bytes,
    window.warmup,
    window.seconds,
    server.pid,
  ];
  return runJson(
    generator.command,
    [...generator.args, ...figures.map(String)],
    {
      core: "load",
      seconds: window.warmup + window.seconds + GRACE_SECONDS,
    },
  );
}
