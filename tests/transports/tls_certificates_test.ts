import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ExceptionHandlerContext } from "../../loop/exception_handler.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import type {
  PeerCertificate,
  SslObject,
} from "../../transports/ssl_object.ts";
import type { TlsOptions } from "../../transports/tls_options.ts";
import { describeReport, real } from "./_real.ts";
import {
  authority,
  byDeno,
  client,
  connectTlsRecorder,
  expired,
  IMPLEMENTATIONS,
  server,
  startTlsRecording,
  stranger,
  trusting,
} from "./_tls.ts";

/** Waits for the report of a handshake that the other end gave up. */
async function takeReport(reports: ExceptionHandlerContext[]): Promise<string> {
  while (reports.length === 0) await sleep(0.001);
  return describeReport(reports.shift()!);
}

for (const [name, options] of IMPLEMENTATIONS) {
  const bad: [string, TlsOptions, TlsOptions, string][] = [
    [
      "by an unknown authority",
      server,
      { ...trusting, caCerts: [stranger] },
      "invalid peer certificate: UnknownIssuer",
    ],
    [
      "by an unknown authority, with all defaults",
      server,
      { serverHostname: "localhost" },
      "invalid peer certificate: UnknownIssuer",
    ],
    [
      "that has ended",
      expired,
      trusting,
      options.backend === "deno"
        ? "invalid peer certificate: certificate expired"
        : "invalid peer certificate: UnknownIssuer or Expired",
    ],
    [
      "for another name",
      server,
      { ...trusting, serverHostname: "elsewhere.example" },
      'invalid peer certificate: certificate not valid for name "elsewhere',
    ],
    [
      "for another address",
      server,
      { ...trusting, serverHostname: "127.0.0.2" },
      'invalid peer certificate: certificate not valid for name "127.0.0.2"',
    ],
    [
      "that is for clients",
      client,
      { ...trusting, serverHostname: "alice.example" },
      "invalid peer certificate",
    ],
  ];
  for (const [what, ours, theirs, message] of bad) {
    Deno.test(`${name} TLS: a client refuses a certificate ${what}`, () =>
      real(async (reports) => {
        await using site = await startTlsRecording({ ...ours, ...options });
        const connecting = () =>
          connectTlsRecorder(site.port, { ...theirs, ...options });
        await assertRejects(connecting, Deno.errors.InvalidData, message);
        const report = await takeReport(reports);
        assert(report.startsWith("SSL handshake failed"), report);
        assertEquals(site.recorders[0]!.events, []);
      }));
  }

  const good: [string, TlsOptions][] = [
    ["with the name of its certificate", trusting],
    [
      "with the address of its certificate",
      { ...trusting, serverHostname: "127.0.0.1" },
    ],
    ["with the address that is connected to", { caCerts: [authority] }],
    ["with any name", { ...trusting, serverHostname: "" }],
    [
      "with an authority more than needed",
      { ...trusting, caCerts: [stranger, authority] },
    ],
  ];
  for (const [what, theirs] of good) {
    Deno.test(`${name} TLS: a client accepts a server ${what} (S3)`, () =>
      real(async () => {
        await using site = await startTlsRecording({ ...server, ...options });
        const { transport } = await connectTlsRecorder(site.port, {
          ...theirs,
          ...options,
        });
        transport.close();
      }));
  }

  Deno.test(`${name} TLS: "" still wants a certificate that is trusted`, () =>
    real(async (reports) => {
      await using site = await startTlsRecording({ ...expired, ...options });
      for (const caCerts of [[authority], [stranger]]) {
        await assertRejects(
          () =>
            connectTlsRecorder(site.port, {
              ...options,
              caCerts,
              serverHostname: "",
            }),
          Deno.errors.InvalidData,
          "invalid peer certificate",
        );
        await takeReport(reports);
      }
    }));
}

Deno.test('verifyMode "none" takes any server', () =>
  real(async () => {
    await using site = await startTlsRecording(expired);
    const { transport } = await connectTlsRecorder(site.port, {
      verifyMode: "none",
      serverHostname: "elsewhere.example",
    });
    transport.close();
  }));

Deno.test("a client that shows a certificate refuses servers too", () =>
  real(async (reports) => {
    for (
      const [identity, serverHostname] of [
        [expired, "localhost"],
        [server, "elsewhere.example"],
      ] as const
    ) {
      await using site = await startTlsRecording(identity);
      await assertRejects(
        () =>
          connectTlsRecorder(site.port, {
            ...client,
            ...trusting,
            serverHostname,
          }),
        Deno.errors.InvalidData,
        "invalid peer certificate",
      );
      await takeReport(reports);
    }
  }));

const required: TlsOptions = {
  ...server,
  verifyMode: "required",
  caCerts: [authority],
};

Deno.test("a server sees who its client is", () =>
  real(async () => {
    for (const verifyMode of ["required", "optional"] as const) {
      await using site = await startTlsRecording({ ...required, verifyMode });
      const here = await connectTlsRecorder(site.port, {
        ...trusting,
        ...client,
      });
      await site.door.seen("made");
      const { transport } = site.recorders[0]!;
      const certificate = transport.getExtraInfo("peercert") as PeerCertificate;
      assertEquals(certificate.subject, { CN: "alice" });
      assertEquals(certificate.subjectAltName, ["DNS:alice.example"]);
      here.transport.close();
    }
  }));

Deno.test('verifyMode "optional" takes a client that shows nothing', () =>
  real(async () => {
    await using site = await startTlsRecording({
      ...required,
      verifyMode: "optional",
    });
    const here = await connectTlsRecorder(site.port);
    const there = site.recorders[0]!;
    await there.seen("made");
    assertEquals(there.transport.getExtraInfo("peercert"), null);
    here.transport.close();
  }));

const refused: [string, TlsOptions, TlsOptions, string][] = [
  ["none", {}, required, "the peer showed none"],
  ["one that has ended", expired, required, "Expired"],
  [
    "one that is for servers",
    server,
    required,
    "UnknownIssuer or Expired",
  ],
  [
    "one by an unknown authority",
    client,
    { ...required, caCerts: [stranger] },
    "UnknownIssuer or Expired",
  ],
  [
    "a bad one where none would do",
    expired,
    { ...required, verifyMode: "optional" },
    "Expired",
  ],
];
for (const [what, shown, ours, problem] of refused) {
  Deno.test(`a server refuses a client that shows ${what}`, () =>
    real(async (reports) => {
      await using site = await startTlsRecording(ours);
      // With TLS 1.3 a client is done before the server has judged it.
      const here = await connectTlsRecorder(site.port, {
        ...trusting,
        ...shown,
      });
      await here.seen("lost");
      assertEquals(here.length, 0);
      assertEquals(
        await takeReport(reports),
        "SSL handshake failed on verifying the certificate: " +
          `InvalidData: invalid peer certificate: ${problem}`,
      );
      assertEquals(site.recorders[0]!.events, []);
    }));
}

Deno.test("transports tell what node:tls knows of TLS", () =>
  real(async () => {
    const ours = { ...server, alpnProtocols: ["x"] };
    const theirs = { ...trusting, alpnProtocols: ["x"] };
    await using site = await startTlsRecording(ours);
    const { transport: here } = await connectTlsRecorder(site.port, theirs);
    await site.door.seen("made");
    const { transport: there } = site.recorders[0]!;
    assertEquals(here.getExtraInfo("sslcontext"), theirs);
    assertEquals(there.getExtraInfo("sslcontext"), ours);
    for (const transport of [here, there]) {
      const ssl = transport.getExtraInfo("ssl_object") as SslObject;
      assertEquals(ssl.version(), "TLSv1.3");
      assertEquals(ssl.cipher()?.protocol, "TLSv1.3");
      assertEquals(ssl.cipher(), transport.getExtraInfo("cipher"));
      assertEquals(ssl.selectedAlpnProtocol(), "x");
      assertEquals(transport.getExtraInfo("alpn"), "x");
      assertEquals(ssl.serverHostname, "localhost");
      assertEquals(ssl.serverSide, transport === there);
      assertEquals(ssl.getpeercert(), transport.getExtraInfo("peercert"));
      assert(transport.getExtraInfo("socket"));
    }
    assertEquals(
      here.getExtraInfo("peername"),
      there.getExtraInfo("sockname"),
    );
    assertEquals(there.getExtraInfo("peercert"), null);
    assertEquals(there.getExtraInfo("peercert", "none"), "none");
    checkServer(here.getExtraInfo("peercert") as PeerCertificate);
    here.close();
    await site.recorders[0]!.seen("lost");
    checkServer(here.getExtraInfo("peercert") as PeerCertificate);
  }));

function checkServer(certificate: PeerCertificate): void {
  assertEquals(certificate.subject, { CN: "localhost" });
  assertEquals(certificate.issuer, { CN: "Test authority" });
  assertEquals(certificate.subjectAltName[0], "DNS:localhost");
  assertEquals(certificate.notBefore.toISOString(), "2020-01-01T00:00:00.000Z");
  assertEquals(certificate.notAfter.toISOString(), "2120-01-01T00:00:00.000Z");
  assert(/^[0-9A-F]+$/.test(certificate.serialNumber));
  assert(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/.test(certificate.fingerprint256));
  assertEquals(certificate.der[0], 0x30);
}

Deno.test("transports tell what Deno's own TLS knows of TLS", () =>
  real(async () => {
    await using site = await startTlsRecording({ ...server, ...byDeno });
    const { transport } = await connectTlsRecorder(site.port, {
      ...trusting,
      ...byDeno,
    });
    const ssl = transport.getExtraInfo("ssl_object") as SslObject;
    const known = [ssl.version(), ssl.cipher(), ssl.getpeercert()];
    assertEquals(known, [null, null, null]);
    assertEquals(ssl.selectedAlpnProtocol(), null);
    assertEquals([ssl.serverSide, ssl.serverHostname], [false, "localhost"]);
    for (const key of ["peercert", "cipher", "alpn"]) {
      assertEquals(transport.getExtraInfo(key), null, key);
    }
    assert("handshake" in (transport.getExtraInfo("socket") as Deno.TlsConn));
    transport.close();
  }));

Deno.test("plain transports tell nothing of TLS", () =>
  real(async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const [transport] = await currentLoop().createConnection(
      () => ({}),
      "127.0.0.1",
      listener.addr.port,
    );
    for (const key of ["sslcontext", "ssl_object", "peercert", "alpn"]) {
      assertEquals(transport.getExtraInfo(key), null, key);
    }
    transport.close();
    listener.close();
  }));
