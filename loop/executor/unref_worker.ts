/** Lets a worker keep the process alive, or not. */
type SetRef = (this: Worker, ref: boolean) => void;

/** What Deno calls the method; releases are built without the description. */
const DESCRIPTIONS = [undefined, "", "privateWorkerRef"];

let found: SetRef | null | undefined;

/**
 * Lets the process end though a worker runs, as `unref()` of
 * `node:worker_threads` does.
 *
 * Web workers have no public way to that. The class in `node:worker_threads`
 * has, but takes 35 times as long for a megabyte. So this looks for the method
 * by which Deno's own code does it; whoever calls must do without where there
 * is none.
 *
 * @returns Whether there is a way.
 */
export function unrefWorker(worker: Worker): boolean {
  if (found === undefined) found = findSetRef();
  found?.call(worker, false);
  return found !== null;
}

function findSetRef(): SetRef | null {
  const prototype = Worker.prototype as unknown as Record<symbol, unknown>;
  const candidates = Object.getOwnPropertySymbols(prototype).filter((symbol) =>
    DESCRIPTIONS.includes(symbol.description) &&
    typeof prototype[symbol] === "function"
  );
  return candidates.length === 1 ? prototype[candidates[0]!] as SetRef : null;
}
