import { assertEquals, assertRejects } from "@std/assert";
import { currentLoop } from "../../loop/running.ts";
import { serverSettings } from "../../transports/_tls_settings.ts";
import type { ByteChannel } from "../../transports/byte_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import { tlsOverChannel } from "../../transports/tls.ts";
import { collectGarbage } from "../loop/_garbage.ts";
import { real } from "./_real.ts";
import { server } from "./_tls.ts";

/** Fails a handshake as the server. */
async function fail(
  spoil: (peer: ByteChannel) => unknown,
): Promise<WeakRef<object>> {
  const [lower, peer] = memoryChannelPair();
  const settings = serverSettings("test", { ssl: server })!;
  const channel = tlsOverChannel(currentLoop(), lower, settings);
  const handshake = channel.handshake();
  await spoil(peer);
  await assertRejects(() => handshake);
  channel.close();
  peer.close();
  return new WeakRef(lower);
}

const reasons: Record<string, (peer: ByteChannel) => unknown> = {
  "something else was sent": (peer) =>
    peer.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n")),
  "the peer has gone": (peer) => peer.close(),
  "the peer has reset the connection": (peer) => peer.reset(),
};

for (const [reason, spoil] of Object.entries(reasons)) {
  Deno.test(`nothing is kept of a handshake that failed because ${reason}`, () =>
    real(async () => {
      const refs: WeakRef<object>[] = [];
      for (let i = 0; i < 20; i++) refs.push(await fail(spoil));
      const kept = () => refs.filter((ref) => ref.deref() !== undefined).length;
      for (let tries = 0; kept() > 0 && tries < 50; tries++) {
        await collectGarbage();
      }
      assertEquals(kept(), 0);
    }));
}
