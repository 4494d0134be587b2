const host = globalThis as { Deno?: typeof Deno };

/** Errors of the operating system that the library itself makes. */
const MADE = {
  ConnectionReset: "ECONNRESET",
  BrokenPipe: "EPIPE",
  ConnectionAborted: "ECONNABORTED",
  NotFound: "ENOENT",
  PermissionDenied: "EACCES",
} as const;

/** Makes an error of the operating system, of Deno's class if there is Deno. */
export function systemError(name: keyof typeof MADE, message: string): Error {
  const Class = host.Deno?.errors[name] ?? Error;
  return Object.assign(new Class(message), { code: MADE[name] });
}

/**
 * Tells whether an error comes from the operating system: a connection may end
 * with one at any time, so it is no news for the exception handler.
 */
export function isSystemError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && /^E[A-Z0-9]+$/.test(code)) return true;
  const classes: unknown[] = Object.values(host.Deno?.errors ?? {});
  return classes.includes(error.constructor);
}

/** The codes that say that there is no descriptor or no memory left. */
const EXHAUSTED = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];

/** Tells whether an error says that the system has no resources left. */
export function isExhaustion(error: unknown): boolean {
  return EXHAUSTED.includes((error as { code?: string }).code ?? "");
}

/** Tells whether an error says that a peer gave up before it was accepted. */
export function isAbortedConnection(error: unknown): boolean {
  return (error as { code?: string }).code === "ECONNABORTED";
}
