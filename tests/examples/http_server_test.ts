import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { CURL, testWith } from "./_tools.ts";

/** Runs curl; the answer is its standard output. */
async function curl(...args: readonly string[]): Promise<string> {
  await using child = new Child("curl", [
    "--silent",
    "--show-error",
    "--max-time",
    "20",
    ...args,
  ]);
  const { code, stdout, stderr } = await child.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

/** Returns the status of a request. */
function statusOf(...args: readonly string[]): Promise<string> {
  return curl("--output", "/dev/null", "--write-out", "%{http_code}", ...args);
}

/** Sends bytes, and returns what comes back until the server closes. */
async function send(port: number, request: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}

await testWith(CURL, "examples/http_server.ts answers curl", async () => {
  await using server = await ExampleServer.start("http_server.ts");
  const url = `http://127.0.0.1:${server.port}`;
  assertEquals(await curl(`${url}/`), "Hello from asyncio\n");
  const head = await curl("--head", `${url}/`);
  assertStringIncludes(head, "HTTP/1.1 200 OK\r\n");
  assertStringIncludes(head, "Content-Length: 19\r\n");
  assertEquals(await curl("--data", "a=ü", `${url}/echo?query`), "a=ü");
  assertEquals(await curl(`${url}/nowhere`), "Not Found\n");
  const refused = await curl("--include", "--request", "POST", `${url}/`);
  assertStringIncludes(refused, "HTTP/1.1 405 Method Not Allowed\r\n");
  assertStringIncludes(refused, "Allow: GET, HEAD\r\n");
  assertMatch(await send(server.port, "hello\r\n\r\n"), /^HTTP\/1\.1 400 /);
  await assertOutput("http_server.ts", (await server.stop()).stdout);
});

await testWith(
  CURL,
  "examples/http_server.ts keeps the connection of curl",
  async () => {
    await using server = await ExampleServer.start("http_server.ts");
    const url = `http://127.0.0.1:${server.port}`;
    const format = ["--write-out", "%{num_connects} "];
    const several = [`${url}/`, `${url}/nowhere`, `${url}/`];
    const quiet = several.flatMap((each) => ["--output", "/dev/null", each]);
    assertEquals(await curl(...format, ...quiet), "1 0 0 ");
    const close = ["--header", "Connection: close"];
    assertEquals(await curl(...format, ...close, ...quiet), "1 1 1 ");
    assertEquals(await curl(...format, "--http1.0", ...quiet), "1 1 1 ");
    await server.stop();
  },
);

await testWith(
  CURL,
  "examples/http_server.ts refuses what is too long or not supported",
  async () => {
    await using server = await ExampleServer.start("http_server.ts");
    const url = `http://127.0.0.1:${server.port}`;
    const long = `X-Long: ${"x".repeat(20_000)}`;
    assertEquals(await statusOf("--header", long, `${url}/`), "431");
    const declared = ["--header", "Content-Length: 1000001"];
    assertEquals(
      await statusOf("--request", "POST", ...declared, `${url}/echo`),
      "413",
    );
    const chunked = ["--header", "Transfer-Encoding: chunked"];
    assertEquals(
      await statusOf(...chunked, "--data", "x", `${url}/echo`),
      "501",
    );
    const body = "x".repeat(500_000);
    await using child = new Child("curl", [
      "--silent",
      "--data-binary",
      "@-",
      `${url}/echo`,
    ]);
    await child.write(body);
    assertEquals((await child.end()).stdout, body);
    await server.stop();
  },
);

Deno.test("examples/http_server.ts answers nonsense with 400", async () => {
  await using server = await ExampleServer.start("http_server.ts");
  const requests = [
    "GET / HTTP/1.1\r\n\r\n", // no host
    "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" +
    "Content-Length: 2\r\n\r\nab",
  ];
  for (const request of requests) {
    const response = await send(server.port, request);
    assertMatch(response, /^HTTP\/1\.1 400 Bad Request\r\n/, request);
  }
  await server.stop();
});

Deno.test("examples/http_server.ts answers requests sent in one go in order", async () => {
  await using server = await ExampleServer.start("http_server.ts");
  const response = await send(
    server.port,
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" +
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" +
      "Connection: close\r\n\r\ndef",
  );
  assertMatch(response, /\r\n\r\nabcHTTP\/1\.1 200 OK\r\n[^]*\r\n\r\ndef$/);
  await server.stop();
});

Deno.test("examples/http_server.ts ends on Ctrl-C although a client is there", async () => {
  await using server = await ExampleServer.start("http_server.ts");
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.port,
  });
  await connection.write(new TextEncoder().encode("GET / HT"));
  await server.stop();
});
