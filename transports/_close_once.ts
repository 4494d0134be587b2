const host = globalThis as { Deno?: typeof Deno };

/** Closes something of Deno's that may be closed already. */
export function closeOnce(resource: { close(): void }): void {
  try {
    resource.close();
  } catch (error) {
    const closed = host.Deno?.errors.BadResource;
    if (closed === undefined || !(error instanceof closed)) throw error;
  }
}
