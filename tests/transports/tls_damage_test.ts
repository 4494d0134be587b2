import { assert, assertEquals } from "@std/assert";
import { sleep } from "../../loop/sleep.ts";
import { openConnection, startServer } from "../../streams/open.ts";
import { real } from "./_real.ts";
import {
  connectTlsRecorder,
  IMPLEMENTATIONS,
  server,
  trusting,
} from "./_tls.ts";

/** What the client sends, once the handshake is over. */
const MESSAGE = new Uint8Array(3000).fill(46);

/** Every place in a connection is near one of these, in both directions. */
const PLACES = [0, 5, 50, 200, 300, 500, 1000, 1400, 1500, 1600, 2500, 4000];

const DAMAGES: Record<string, (piece: Uint8Array, at: number) => Uint8Array[]> =
  {
    "a byte that is changed": (piece, at) => {
      const changed = piece.slice();
      changed[at]! ^= 0x55;
      return [changed];
    },
    "a byte too many": (piece, at) => [
      piece.slice(0, at),
      new Uint8Array(1),
      piece.slice(at),
    ],
    "a sudden end": (piece, at) => [piece.slice(0, at)],
  };

/** Passes on so many bytes and then does some damage. */
function damaging(
  place: number,
  damage: (piece: Uint8Array, at: number) => Uint8Array[],
): TransformStream<Uint8Array, Uint8Array> {
  let passed = 0;
  return new TransformStream({
    transform(piece, controller) {
      const at = place - passed;
      passed += piece.length;
      const isHit = at >= 0 && at < piece.length;
      for (const part of isHit ? damage(piece, at) : [piece]) {
        if (part.length > 0) controller.enqueue(part);
      }
      if (isHit && damage === DAMAGES["a sudden end"]) controller.terminate();
    },
  });
}

/** Connects to a port with some damage on the way there, or on the way back. */
async function relay(
  port: number,
  way: TransformStream<Uint8Array, Uint8Array>,
  isBack: boolean,
): Promise<{ port: number; ended: Promise<unknown> }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const up = await Deno.connect({ hostname: "127.0.0.1", port });
  const ended = listener.accept().then((down) => {
    listener.close();
    const [from, to] = isBack ? [up, down] : [down, up];
    return Promise.allSettled([
      from.readable.pipeThrough(way).pipeTo(to.writable),
      to.readable.pipeTo(from.writable),
    ]);
  });
  return { port: listener.addr.port, ended };
}

for (const [name, options] of IMPLEMENTATIONS) {
  for (const [what, damage] of Object.entries(DAMAGES)) {
    Deno.test(`${name} TLS: ${what} on the way harms nobody else`, () =>
      real(async (reports) => {
        let damaged = 0;
        let altered = 0;
        const timeouts = { sslHandshakeTimeout: 0.3, sslShutdownTimeout: 0.3 };
        const listening = await startServer(
          async (reader, writer) => {
            try {
              const bytes = await reader.read();
              if (bytes.some((byte) => byte !== 46)) altered++;
              if (bytes.length < MESSAGE.length) damaged++;
            } catch {
              damaged++;
            }
            writer.close();
          },
          "127.0.0.1",
          0,
          { ssl: { ...server, ...options, ...timeouts } },
        );
        const ssl = { ...trusting, ...options, ...timeouts };
        const talk = async (place: number, isBack: boolean) => {
          const way = damaging(place, damage);
          const { port, ended } = await relay(listening.port, way, isBack);
          try {
            const [, writer] = await openConnection("127.0.0.1", port, { ssl });
            writer.write(MESSAGE);
            writer.close();
            await writer.waitClosed();
          } catch {
            damaged++;
          }
          await ended;
        };
        for (const place of PLACES) {
          await talk(place, false);
          await talk(place, true);
        }
        await sleep(0);
        assertEquals(altered, 0);
        assert(damaged + reports.length > PLACES.length, `${damaged}`);
        for (const { message } of reports.splice(0)) {
          assertEquals(message, "SSL handshake failed");
        }
        const { transport } = await connectTlsRecorder(listening.port, ssl);
        transport.close();
        assertEquals(await listening.shutdown(5), true);
      }));
  }
}
