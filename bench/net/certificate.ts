function read(name: string): string {
  return Deno.readTextFileSync(
    new URL(`../../tests/certificates/${name}`, import.meta.url),
  );
}

/** What the servers show; the key is as public as the certificate. */
export const certificate: { readonly cert: string; readonly key: string } = {
  cert: read("server.pem"),
  key: read("server.key"),
};

/** Who vouches for it. */
export const authority: string = read("authority.pem");
