/**
 * `deno task bench`: measures the package against the platform, npm packages and CPython, prints the tables and
 * writes the figures to bench/results/. README.md says how to read them.
 */
import { formatVerdicts } from "./budgets.ts";
import { findInterpreters } from "./interpreters.ts";
import { describeMachine, formatMachine } from "./machine.ts";
import { formatWorks, judgeWorks } from "./micro/report.ts";
import { measureWorks } from "./micro/suite.ts";
import { idOf } from "./micro/work.ts";
import { WORKS } from "./micro/works.ts";
import { formatNet, judgeNet } from "./net/report.ts";
import { measureNet } from "./net/suite.ts";
import { NET_WORKS } from "./net/works.ts";
import { type Options, parseOptions } from "./options.ts";
import { stopAll } from "./processes.ts";
import { writeResults } from "./results.ts";
import { buildLoadGenerator } from "./tcp/load.ts";
import { measureMatrix, SHAPES } from "./tcp/matrix.ts";
import { formatMatrix, judgeMatrix } from "./tcp/report.ts";
import { BARE, listServers } from "./tcp/servers.ts";

/** A micro bench needs less time than a server: it has no other process to wait for. */
const MICRO_SHARE = 1 / 4;

const NAMES = [
  ...WORKS.map(idOf),
  ...SHAPES.map(({ name }) => name),
  ...NET_WORKS.map(({ name }) => name),
];

/** Says what is being measured, on a line that the next one overwrites; nothing where nobody watches. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}

function print(text: string): void {
  progress("");
  console.log(text);
}

async function bench(options: Options, folder: string): Promise<void> {
  const started = performance.now();
  const { cpython, uvloop } = await findInterpreters(options.python);
  const machine = describeMachine(cpython, uvloop);
  print(formatMachine(machine));

  const works = await measureWorks(
    WORKS.filter((work) => options.only.test(idOf(work))),
    options.subjects,
    cpython,
    {
      seconds: options.seconds * MICRO_SHARE,
      rounds: options.rounds,
      progress,
    },
  );
  const workVerdicts = judgeWorks(works);
  if (works.length > 0) print(`\n${formatWorks(works, workVerdicts)}`);

  const shapes = SHAPES.filter(({ name }) => options.only.test(name));
  const generator = buildLoadGenerator(folder);
  const servers = shapes.length === 0
    ? []
    : listServers(cpython, uvloop).filter(({ name }) =>
      options.subjects.test(name) || name === BARE
    );
  const { results, missing } = await measureMatrix(generator, servers, shapes, {
    ...options,
    progress,
  });
  const echoVerdicts = judgeMatrix(results, servers);
  if (shapes.length > 0) {
    print(
      `\nload: ${generator.name}\n${
        formatMatrix(results, missing, echoVerdicts)
      }`,
    );
  }

  const nets = await measureNet(
    NET_WORKS.filter(({ name }) => options.only.test(name)),
    { ...options, progress },
  );
  const netVerdicts = judgeNet(nets);
  if (nets.length > 0) print(`\n${formatNet(nets, netVerdicts)}`);

  const verdicts = [...workVerdicts, ...echoVerdicts, ...netVerdicts];
  print(`\n${formatVerdicts(verdicts)}`);
  const { quick, seconds, rounds } = options;
  const findings = {
    machine,
    options: { quick, seconds, rounds },
    works,
    echoes: results,
    nets,
    missing,
    loadGenerator: generator.name,
    verdicts,
    seconds: Math.round((performance.now() - started) / 1000),
  };
  print(
    `\n${findings.seconds} s, written to ${
      writeResults(findings, options.json, options.label)
    }`,
  );
}

const options = parseOptions(Deno.args, NAMES);
const folder = Deno.makeTempDirSync();

function removeFolder(): void {
  Deno.removeSync(folder, { recursive: true });
}

async function interrupt(): Promise<void> {
  await stopAll();
  removeFolder();
  Deno.exit(130);
}

Deno.addSignalListener("SIGINT", interrupt);
Deno.addSignalListener("SIGTERM", interrupt);
try {
  await bench(options, folder);
} finally {
  removeFolder();
  Deno.removeSignalListener("SIGINT", interrupt);
  Deno.removeSignalListener("SIGTERM", interrupt);
}
