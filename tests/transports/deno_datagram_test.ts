import { assert } from "@std/assert";

/** What must hold on Deno's own UDP too, which hides behind a flag. */
const TESTS = [
  "tests/transports/datagram_test.ts",
  "tests/transports/sockets_test.ts",
  "tests/streams/datagram_endpoint_test.ts",
];

Deno.test("UDP passes the same tests where --unstable-net is given", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--unstable-net", "--no-check", ...TESTS],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stdout));
});
