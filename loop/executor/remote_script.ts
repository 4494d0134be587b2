import {
  announceDeath,
  classNames,
  compile,
  copyFields,
  encodeError,
  explainClosure,
  isCloneable,
  markedTransfers,
  ownFrames,
  refuseResult,
  RemoteJob,
  runJob,
  transferablesOfResult,
  workFinder,
} from "./remote_code.ts";
import {
  framesOf,
  joined,
  keepToOurselves,
  serializeOutcome,
  serveProcess,
  sizeInHeader,
  toFrame,
} from "./remote_process.ts";
import { serveWorker } from "./remote_worker.ts";

/** What workers and processes have in common. */
const COMMON = [
  announceDeath,
  classNames,
  compile,
  copyFields,
  encodeError,
  explainClosure,
  isCloneable,
  markedTransfers,
  ownFrames,
  refuseResult,
  RemoteJob,
  runJob,
  workFinder,
];

/**
 * Returns the URL of the program that workers run.
 *
 * It is the text of our functions, not one of our files: a file would have to
 * be fetched, cached and permitted wherever the package was loaded from, while
 * this works from JSR, from a clone, offline, and in compiled programs.
 */
export function workerScript(module: string | null): string {
  const parts = [...COMMON, serveWorker, transferablesOfResult];
  return toUrl(parts, `serveWorker(${JSON.stringify(module)});`);
}

/**
 * Returns the URL of the program that child processes run.
 *
 * @param magic What each message begins with.
 */
export function processScript(module: string | null, magic: number): string {
  const parts = [
    ...COMMON,
    framesOf,
    joined,
    keepToOurselves,
    serializeOutcome,
    serveProcess,
    sizeInHeader,
    toFrame,
  ];
  return toUrl(parts, `serveProcess(${JSON.stringify(module)}, ${magic});`);
}

function toUrl(parts: readonly unknown[], last: string): string {
  const script = [...parts, last].join("\n");
  return `data:text/javascript,${encodeURIComponent(script)}`;
}
