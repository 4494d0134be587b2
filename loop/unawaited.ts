import { CreationSite } from "./creation_site.ts";
import { log } from "./log.ts";

/** What is known of a coroutine that nobody has awaited yet. */
interface Unawaited {
  readonly name: string;
  readonly site: CreationSite;
}

const collected = new FinalizationRegistry<Unawaited>(({ name, site }) =>
  log(
    "warning",
    `coroutine '${name}' was never awaited\n` +
      `Coroutine created at (most recent call first)\n${site}`,
    { name, site },
  )
);

/** Reports a coroutine if it is collected before anybody has awaited it. */
export function watchUnawaited(coroutine: object, name: string): void {
  const record = { name: name || "anonymous", site: new CreationSite() };
  collected.register(coroutine, record, coroutine);
}

/** Somebody has awaited the coroutine, or closed it. */
export function forgetUnawaited(coroutine: object): void {
  collected.unregister(coroutine);
}
