import { Child } from "../processes.ts";
import { load, type LoadGenerator, type LoadResult } from "./load.ts";
import { BARE, type ServerSpec } from "./servers.ts";

/** One column of the matrix. */
export interface Shape {
  /** Names it on the command line. */
  readonly name: string;
  readonly bytes: number;
  readonly connections: number;
}

/** All rounds of one server at one shape. */
export interface EchoResult {
  readonly shape: Shape;
  readonly server: string;
  readonly rounds: LoadResult[];
}

/** A server that could not be started, and why. */
export interface Missing {
  readonly server: string;
  readonly reason: string;
}

interface RunningServer {
  readonly spec: ServerSpec;
  readonly child: Child;
  readonly port: number;
}

/** The part of a window that warms the server up, and the least it takes. */
const WARMUP_SHARE = 0.3;
const WARMUP_SECONDS = 0.15;

/** How long every server is loaded before the first window, so that its code is compiled, in seconds. */
const COMPILE_SECONDS = 0.5;

/** How long a server may take to listen, in seconds. */
const START_SECONDS = 30;

const SIZES = [1, 10, 100];
const CONNECTIONS = [10, 100];

/** Message sizes and numbers of connections that are measured. */
export const SHAPES: readonly Shape[] = CONNECTIONS.flatMap((connections) =>
  SIZES.map((kibibytes) => ({
    name: `tcp/${kibibytes}KiB-${connections}`,
    bytes: kibibytes * 1024,
    connections,
  }))
);

async function startServer(spec: ServerSpec): Promise<RunningServer> {
  const child = new Child(spec.command, spec.args, "server");
  return { spec, child, port: Number(await child.line(START_SECONDS)) };
}

/** Starts every server; one that cannot start is left out and named. */
async function startAll(
  specs: readonly ServerSpec[],
): Promise<{ servers: RunningServer[]; missing: Missing[] }> {
  const servers: RunningServer[] = [];
  const missing: Missing[] = [];
  for (const spec of specs) {
    try {
      servers.push(await startServer(spec));
    } catch (error) {
      missing.push({ server: spec.name, reason: (error as Error).message });
    }
  }
  return { servers, missing };
}

/**
 * Measures the matrix. All servers run for the whole time, idle but for the one under load, and take turns within a
 * round, so that a ratio compares windows that lie seconds apart.
 *
 * @param generator The load generator.
 * @param specs The servers.
 * @param shapes The message sizes and numbers of connections.
 * @param effort Length of a window in seconds, number of rounds, and what to call before each window.
 * @returns The figures, and the servers that could not be measured.
 */
export async function measureMatrix(
  generator: LoadGenerator,
  specs: readonly ServerSpec[],
  shapes: readonly Shape[],
  effort: {
    readonly seconds: number;
    readonly rounds: number;
    progress(text: string): void;
  },
): Promise<{ results: EchoResult[]; missing: Missing[] }> {
  const { servers, missing } = await startAll(specs);
  const results = shapes.flatMap((shape) =>
    servers.map(({ spec }): EchoResult => ({
      shape,
      server: spec.name,
      rounds: [],
    }))
  );
  const window = {
    warmup: Math.max(WARMUP_SECONDS, effort.seconds * WARMUP_SHARE),
    seconds: effort.seconds,
  };
  try {
    for (const server of servers) {
      effort.progress(`warming up ${server.spec.name}`);
      await warmUp(generator, server, shapes[0]!);
    }
    for (let round = 1; round <= effort.rounds; round++) {
      for (const { shape, server, rounds } of results) {
        const running = servers.find(({ spec }) => spec.name === server)!;
        effort.progress(
          `round ${round}/${effort.rounds}  ${shape.name}  ${server}`,
        );
        await loadOnce(generator, running, shape, window, rounds, missing);
      }
    }
  } finally {
    await Promise.all(servers.map(({ child }) => child.stop()));
  }
  return {
    results: results.filter(({ rounds }) => rounds.length > 0),
    missing,
  };
}

/** Loads a server until its code is compiled; what goes wrong here goes wrong again where it is reported. */
async function warmUp(
  generator: LoadGenerator,
  { child, port }: RunningServer,
  shape: Shape,
): Promise<void> {
  const window = { warmup: COMPILE_SECONDS, seconds: 0.01 };
  await load(generator, { port, pid: child.pid }, shape, window).catch(
    () => {},
  );
}

async function loadOnce(
  generator: LoadGenerator,
  { spec, child, port }: RunningServer,
  shape: Shape,
  window: { warmup: number; seconds: number },
  rounds: LoadResult[],
  missing: Missing[],
): Promise<void> {
  try {
    rounds.push(await load(generator, { port, pid: child.pid }, shape, window));
  } catch (error) {
    missing.push({
      server: `${spec.name}, ${shape.name}`,
      reason: `${(error as Error).message} ${child.complaint}`,
    });
  }
}

/** Returns the figures of the bare loop at the same shape; undefined when it was not measured. */
export function bareOf(
  results: readonly EchoResult[],
  shape: Shape,
): EchoResult | undefined {
  return results.find((result) =>
    result.server === BARE && result.shape === shape
  );
}
