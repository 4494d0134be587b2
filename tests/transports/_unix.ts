/** Runs `body` with the path of a socket file in a folder of its own. */
export async function withSocketPath(
  body: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "asyncio-" });
  try {
    await body(`${folder}/socket`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Tells whether there is a file under a path. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Leaves a socket file behind, as a process that was killed does. */
export function leaveStaleSocket(path: string): void {
  const { success } = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });
      Deno.exit();`,
    ],
  }).outputSync();
  if (!success || !exists(path)) throw new Error("No stale socket was left");
}
