import {
  type CreationSite,
  describeSampled,
  SiteSampler,
} from "./creation_site.ts";
import { log } from "./log.ts";

/** A coroutine as this file sees it. */
interface Watched {
  /** The name of the function that made it. */
  readonly name: string;
  /** Whether somebody has awaited or closed it. */
  readonly started: boolean;
  /** Notes that its end is watched, to be told when it starts after all. */
  watch(): void;
}

/** What is reported of a coroutine that is gone: text, for frames hold it. */
interface Report {
  readonly name: string;
  readonly site: string;
}

const collected = new FinalizationRegistry<Report>(({ name, site }) =>
  log(
    "warning",
    `coroutine '${name || "anonymous"}' was never awaited\n` +
      `Coroutine created at (most recent call first):\n${site}`,
    { name, site },
  )
);

/**
 * Coroutines made in the current step, with their sites. Most are awaited in
 * the same step: only those that are not are given to the registry, which
 * costs more than to make them.
 */
const fresh: (Watched | null)[] = [];
const sites: (CreationSite | null)[] = [];
let count = 0;

/** A step that makes more of them is looked through before it is over. */
const MOST_FRESH = 1000;

/** Coroutines are made for every wait, and nearly all are awaited at once. */
const sampler = new SiteSampler(1000, 1024);

/** Notes a coroutine that was made, in debug mode. */
export function noteCoroutine(coroutine: Watched): void {
  if (count === MOST_FRESH) reviewCoroutines();
  fresh[count] = coroutine;
  sites[count++] = sampler.sample();
}

/** The step is over: watches the coroutines that have not started in it. */
export function reviewCoroutines(): void {
  for (let i = 0; i < count; i++) {
    const coroutine = fresh[i]!;
    const site = sites[i]!;
    fresh[i] = null;
    sites[i] = null;
    if (coroutine.started) continue;
    const { name } = coroutine;
    collected.register(
      coroutine,
      { name, site: describeSampled(site) },
      coroutine,
    );
    coroutine.watch();
  }
  count = 0;
}

/** Somebody has awaited a watched coroutine, or closed it. */
export function forgetCoroutine(coroutine: object): void {
  collected.unregister(coroutine);
}
