/** Ends this process when its standard input closes, that is when the benchmark that started it is gone. */
export async function endWithParent(): Promise<void> {
  const buffer = new Uint8Array(64);
  while (await Deno.stdin.read(buffer) !== null);
  Deno.exit();
}
