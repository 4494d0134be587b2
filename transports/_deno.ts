import { NotImplementedError } from "../loop/errors.ts";

const host = globalThis as { Deno?: typeof Deno };

/**
 * Returns the Deno namespace.
 *
 * @throws {NotImplementedError} If this is another runtime.
 */
export function denoFor(action: string): typeof Deno {
  if (host.Deno !== undefined) return host.Deno;
  throw new NotImplementedError(
    `Cannot ${action}: this runtime has no Deno namespace`,
  );
}
