import { assertEquals } from "@std/assert";
import { sleep } from "../../loop/sleep.ts";
import { QueueShutDown } from "../../queues/errors.ts";
import { LifoQueue } from "../../queues/lifo_queue.ts";
import { PriorityQueue } from "../../queues/priority_queue.ts";
import { Queue } from "../../queues/queue.ts";
import { type Script, testCancelEverywhere } from "../_cancel_everywhere.ts";

for (const Kind of [Queue, LifoQueue, PriorityQueue]) {
  for (const maxsize of [0, 1, 2]) {
    testCancelEverywhere(`${Kind.name}(${maxsize})`, () => {
      const queue = new Kind<number>(maxsize);
      const put = new Set<number>();
      const got = new Set<number>();
      const joined: boolean[] = [];

      const producer = (base: number): Script =>
        function* () {
          for (let item = base; item < base + 4; item++) {
            yield queue.put(item);
            put.add(item);
            if (item % 2 === 0) yield sleep(0);
          }
        };

      const consumer: Script = function* () {
        try {
          while (true) {
            const item = (yield queue.get()) as number;
            assertEquals(got.has(item), false, "doubled");
            got.add(item);
            queue.taskDone();
            if (item % 3 === 0) yield sleep(0);
          }
        } catch (error) {
          if (!(error instanceof QueueShutDown)) throw error;
        }
      };

      const joiner: Script = function* () {
        yield queue.join();
        joined.push(true);
      };

      return {
        scripts: [producer(0), consumer, producer(10), consumer, joiner],
        release: () => queue.shutdown(),
        check() {
          while (!queue.empty()) {
            got.add(queue.getNowait());
            queue.taskDone();
          }
          assertEquals([...got].sort(), [...put].sort());
          const limit = maxsize > 0 ? `/${maxsize}` : "";
          const idle = `<${Kind.name} [size:0${limit}, shut down]>`;
          assertEquals(`${queue}`, idle);
        },
      };
    });
  }
}
