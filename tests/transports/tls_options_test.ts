import { assertEquals, assertRejects } from "@std/assert";
import { currentLoop } from "../../loop/running.ts";
import type { CreateConnectionOptions } from "../../transports/tcp.ts";
import type { TlsOptions } from "../../transports/tls_options.ts";
import { real } from "./_real.ts";
import { authority, byDeno, client, server } from "./_tls.ts";

/** Calls that must fail before anything is opened: nobody listens on port 1. */
function connect(options: CreateConnectionOptions, host = "127.0.0.1") {
  return currentLoop().createConnection(() => ({}), host, 1, options);
}

function serve(ssl: unknown, options: object = {}) {
  return currentLoop().createServer(() => ({}), "127.0.0.1", 0, {
    ssl: ssl as TlsOptions,
    ...options,
  });
}

Deno.test("ssl has no meaning when it is off, nor has what belongs to it (S2)", () =>
  real(async () => {
    for (
      const option of [
        { serverHostname: "localhost" },
        { sslHandshakeTimeout: 1 },
        { sslShutdownTimeout: 1 },
      ]
    ) {
      const [name] = Object.keys(option);
      const message = `${name} has no meaning without ssl`;
      await assertRejects(() => connect(option), RangeError, message);
      await assertRejects(
        () => connect({ ...option, ssl: false }),
        RangeError,
        message,
      );
    }
    await assertRejects(
      () => serve(undefined, { sslHandshakeTimeout: 1 }),
      RangeError,
      "Cannot create server: sslHandshakeTimeout has no meaning without ssl",
    );
  }));

Deno.test("ssl timeouts must be positive, wherever they stand (S2)", () =>
  real(async () => {
    for (const name of ["sslHandshakeTimeout", "sslShutdownTimeout"]) {
      for (const seconds of [0, -1, NaN]) {
        const message =
          `${name} must be a positive number, received ${seconds}`;
        const option = { [name]: seconds };
        for (
          const options of [{ ssl: option }, { ssl: true as const, ...option }]
        ) {
          await assertRejects(() => connect(options), RangeError, message);
        }
        await assertRejects(
          () => serve(server, option),
          RangeError,
          `Cannot create server: ${message}`,
        );
      }
    }
  }));

Deno.test("ssl of a server must have a certificate (S3)", () =>
  real(async () => {
    await assertRejects(
      () => serve(true),
      TypeError,
      "ssl of a server must have cert and key, received true",
    );
    await assertRejects(
      () => serve({}),
      RangeError,
      "ssl of a server must have cert and key",
    );
    await assertRejects(
      () => serve("yes"),
      TypeError,
      "ssl must be an object of options, received yes",
    );
  }));

Deno.test("ssl of a client needs the name of the server (S3)", () =>
  real(async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const sock = await Deno.connect({
      hostname: "127.0.0.1",
      port: listener.addr.port,
    });
    const message = "serverHostname is needed with ssl and no host";
    await assertRejects(
      () =>
        currentLoop().createConnection(() => ({}), null, null, {
          sock,
          ssl: true,
        }),
      RangeError,
      message,
    );
    await assertRejects(() => connect({ ssl: true }, ""), RangeError, message);
    sock.close();
    listener.close();
  }));

Deno.test("ssl options must fit together", () =>
  real(async () => {
    const { cert, key } = server;
    const cases: [TlsOptions, string][] = [
      [{ cert }, "cert and key go together"],
      [{ key }, "cert and key go together"],
      [{ cert: key, key }, "cert has no certificate in PEM form"],
      [{ cert, key: cert }, "key has no private key in PEM form"],
      [{ caCerts: [authority, "x"] }, "caCerts has no certificate in PEM form"],
      [{ alpnProtocols: ["h2", ""] }, "1 to 255 bytes, not 0"],
      [{ alpnProtocols: ["é".repeat(128)] }, "1 to 255 bytes, not 256"],
      [
        { verifyMode: "always" as "none" },
        'verifyMode must be "none", "optional" or "required", received always',
      ],
      [
        { backend: "openssl" as "node" },
        'backend must be "node" or "deno", received openssl',
      ],
      [{ ...client, ...byDeno }, "cannot show the certificate of a client"],
      [
        { verifyMode: "none", ...byDeno },
        'backend "deno" cannot do without verifyMode "required"',
      ],
    ];
    for (const [ssl, message] of cases) {
      await assertRejects(() => connect({ ssl }), RangeError, message);
    }
    for (const name of ["caCerts", "alpnProtocols"]) {
      await assertRejects(
        () => connect({ ssl: { [name]: "h2" } as TlsOptions }),
        TypeError,
        `${name} must be a list, received string`,
      );
    }
    await assertRejects(
      () => serve({ ...server, verifyMode: "required" }),
      RangeError,
      "verifyMode needs caCerts",
    );
    await assertRejects(
      () =>
        serve({
          ...server,
          ...byDeno,
          verifyMode: "optional",
          caCerts: [authority],
        }),
      RangeError,
      'backend "deno" cannot do without verifyMode "none"',
    );
    for (const option of [{ keepAlive: true }, { reusePort: true }]) {
      await assertRejects(
        () => serve({ ...server, ...byDeno }, option),
        RangeError,
        'backend "deno" needs a usual socket of its own',
      );
    }
  }));

Deno.test("createServer() finds out that a key is not that of the certificate", () =>
  real(async () => {
    const wrong = { cert: server.cert, key: client.key };
    await assertRejects(
      () => serve({ ...wrong, ...byDeno }),
      Error,
      "KeyMismatch",
    );
    await assertRejects(
      () => serve(wrong),
      Deno.errors.InvalidData,
      "Cannot use key: it is not that of the certificate",
    );
  }));

Deno.test("createServer() finds out that a certificate cannot be decoded", () =>
  real(async () => {
    const broken = server.cert.replace(/\n[^\n]{20}/, "\n");
    for (const options of [{}, byDeno]) {
      const ssl = { ...server, ...options, cert: broken };
      const error = await assertRejects(() => serve(ssl));
      assertEquals(error instanceof Error, true);
    }
    await assertRejects(
      () => serve({ ...server, cert: broken }),
      Deno.errors.InvalidData,
      "Cannot use cert: it cannot be decoded",
    );
  }));
