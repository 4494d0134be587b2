import { assert, assertEquals, assertRejects } from "@std/assert";
import { currentLoop } from "../../loop/running.ts";
import {
  canonical,
  isIPv4,
  isIPv6,
  isNumeric,
} from "../../transports/_numeric.ts";
import type { GetaddrinfoOptions } from "../../transports/names.ts";
import { real } from "./_real.ts";

async function resolve(
  host: string | null,
  port?: number | null,
  options: GetaddrinfoOptions = {},
): Promise<string[]> {
  const found = await currentLoop().getaddrinfo(host, port, options);
  return found.map(({ transport, hostname, port, family }) =>
    `${transport} ${family} ${hostname} ${port}`
  );
}

Deno.test("getaddrinfo() takes numeric hosts as they are (C1)", () =>
  real(async () => {
    assertEquals(await resolve("192.0.2.1", 80), ["tcp 4 192.0.2.1 80"]);
    assertEquals(await resolve("2001:DB8:0::1", 80, { type: "udp" }), [
      "udp 6 2001:db8::1 80",
    ]);
    assertEquals(await resolve("192.0.2.1", null, { numericHost: true }), [
      "tcp 4 192.0.2.1 0",
    ]);
  }));

Deno.test("getaddrinfo() asks the system, so that /etc/hosts counts", () =>
  real(async () => {
    const found = await resolve("localhost", 7, { family: 4 });
    assertEquals(found, ["tcp 4 127.0.0.1 7"]);
  }));

Deno.test("getaddrinfo() knows what no host means", () =>
  real(async () => {
    for (const host of [null, ""]) {
      assertEquals(await resolve(host, 1), [
        "tcp 6 ::1 1",
        "tcp 4 127.0.0.1 1",
      ]);
      assertEquals(await resolve(host, 1, { passive: true, family: 4 }), [
        "tcp 4 0.0.0.0 1",
      ]);
    }
  }));

Deno.test("getaddrinfo() says that there is no such name", () =>
  real(async () => {
    const wrong: [string, GetaddrinfoOptions][] = [
      ["no.such.host.invalid", {}],
      ["localhost", { numericHost: true }],
      ["127.0.0.1", { family: 6 }],
    ];
    for (const [host, options] of wrong) {
      const error = await assertRejects(() => resolve(host, 1, options), Error);
      assertEquals((error as { code?: string }).code, "ENOTFOUND");
      assert(error.message.includes(host));
    }
    for (const port of [-1, 65536, 0.5, NaN]) {
      await assertRejects(() => resolve("::1", port), RangeError, "65535");
    }
  }));

Deno.test("getnameinfo() tells names, and numbers where there are none", () =>
  real(async () => {
    const loop = currentLoop();
    const local = { hostname: "127.0.0.1", port: 22 };
    const [host, service] = await loop.getnameinfo(local);
    assertEquals(host, "localhost");
    assert(service === "ssh" || service === "22", service);
    assertEquals(
      await loop.getnameinfo(local, {
        numericHost: true,
        numericService: true,
      }),
      ["127.0.0.1", "22"],
    );
    assertEquals(await loop.getnameinfo(local, { numericService: true }), [
      "localhost",
      "22",
    ]);
    await assertRejects(
      () => Promise.resolve(loop.getnameinfo({ hostname: "x", port: 1 })),
      RangeError,
      "expected a numeric address",
    );
  }));

Deno.test("getnameinfo() tells an address without a name as a number", () =>
  real(async () => {
    const loop = currentLoop();
    const nameless = { hostname: "192.0.2.1", port: 1 };
    const options = { numericService: true };
    assertEquals(await loop.getnameinfo(nameless, options), ["192.0.2.1", "1"]);
    await assertRejects(
      () =>
        Promise.resolve(
          loop.getnameinfo(nameless, { ...options, nameRequired: true }),
        ),
      Error,
    );
  }));

Deno.test("isNumeric() tells addresses from names", () => {
  for (const host of ["1.2.3.4", "255.255.255.255"]) assert(isIPv4(host), host);
  for (const host of ["1.2.3", "1.2.3.256", "a.b.c.d", "::1", ""]) {
    assert(!isIPv4(host), host);
  }
  for (const host of ["::", "::1", "fe80::1%lo", "::ffff:1.2.3.4"]) {
    assert(isIPv6(host), host);
  }
  for (const host of ["1.2.3.4", ":", "::1%", "g::1", "localhost", "a:1"]) {
    assert(!isIPv6(host), host);
  }
  assert(!isNumeric("localhost"));
  assertEquals(canonical("FE80:0:0::1%lo"), "fe80::1%lo");
  assertEquals(canonical("1.2.3.4"), "1.2.3.4");
});
