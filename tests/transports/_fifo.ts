/** Makes a FIFO and opens both of its ends; the file is gone afterwards. */
export async function openFifos(): Promise<[Deno.FsFile, Deno.FsFile]> {
  const folder = await Deno.makeTempDir({ prefix: "asyncio-" });
  const path = `${folder}/fifo`;
  const { success } = await new Deno.Command("mkfifo", { args: [path] })
    .output();
  if (!success) throw new Error("mkfifo failed");
  try {
    return await Promise.all([
      Deno.open(path, { read: true }),
      Deno.open(path, { write: true }),
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
