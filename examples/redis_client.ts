/**
 * Talks to a Redis server: one command, a thousand at once over the same
 * connection, and one that fails.
 *
 *     redis-server --port 6379 &
 *     deno run --allow-net examples/redis_client.ts
 *
 * Options: --port 6379.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";
import { Redis } from "./redis/client.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { port: { type: "string", default: "6379" } },
});

await asyncio.run(async () => {
  await using redis = await Redis.connect(Number(values.port));
  console.log(await redis.call("PING"));
  await redis.call("SET", "greeting", "grüße");
  console.log(await redis.call("GET", "greeting"));
  console.log(await redis.call("GET", "nothing"));

  await redis.call("DEL", "counter");
  const increments = Array.from(
    { length: 1000 },
    () => () => redis.call("INCR", "counter"),
  );
  const numbers = await asyncio.gather(...increments);
  console.log(`${numbers.length} answers, the last is ${numbers.at(-1)}`);

  try {
    await redis.call("INCR", "greeting");
  } catch (error) {
    console.log(String(error));
  }
  console.log(await redis.call("MGET", "greeting", "counter"));
});

// Output:
// PONG
// grüße
// null
// 1000 answers, the last is 1000
// RedisError: ERR value is not an integer or out of range
// [ "grüße", "1000" ]
