import { assertEquals, assertThrows } from "@std/assert";
import { FlowControl } from "../../transports/_flow_control.ts";

function create(): { flow: FlowControl; calls: string[] } {
  const calls: string[] = [];
  const flow = new FlowControl({
    pauseWriting: () => calls.push("pause"),
    resumeWriting: () => calls.push("resume"),
  });
  return { flow, calls };
}

Deno.test("FlowControl pauses strictly over the high mark, resumes at the low one (P9)", () => {
  const { flow, calls } = create();
  flow.setLimits(100, 40);
  flow.grew(100);
  assertEquals(calls, []);
  flow.grew(101);
  flow.grew(200);
  assertEquals(calls, ["pause"]);
  flow.shrank(41);
  assertEquals(calls, ["pause"]);
  flow.shrank(40);
  flow.shrank(0);
  assertEquals(calls, ["pause", "resume"]);
});

Deno.test("FlowControl with a high mark of zero pauses whenever something waits (P10)", () => {
  const { flow, calls } = create();
  flow.setLimits(0);
  flow.grew(0);
  assertEquals(calls, []);
  flow.grew(1);
  flow.shrank(0);
  assertEquals(calls, ["pause", "resume"]);
});

Deno.test("FlowControl completes the marks it is not given", () => {
  const { flow } = create();
  assertEquals(flow.limits, [16384, 65536]);
  flow.setLimits(undefined, 10);
  assertEquals(flow.limits, [10, 40]);
  flow.setLimits(10);
  assertEquals(flow.limits, [2, 10]);
  flow.setLimits();
  assertEquals(flow.limits, [16384, 65536]);
});

Deno.test("FlowControl refuses marks in the wrong order", () => {
  const { flow } = create();
  assertThrows(() => flow.setLimits(1, 2), RangeError, "high 1 and low 2");
  assertThrows(() => flow.setLimits(1, -1), RangeError);
  assertThrows(() => flow.setLimits(NaN), RangeError);
  assertEquals(flow.limits, [16384, 65536]);
});
