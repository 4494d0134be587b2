import { assertEquals, assertThrows } from "@std/assert";
import { naturalOrder } from "../../queues/_natural_order.ts";

Deno.test("naturalOrder() orders values of one kind", () => {
  const pairs: [unknown, unknown][] = [
    [1, 2],
    [9, 10],
    [-Infinity, 0],
    [1n, 2],
    [2, 3n],
    ["10", "9"],
    ["", "a"],
    [new Date(1), new Date(2)],
    [[9], [10]],
    [[1], [1, 0]],
    [[1, "a"], [1, "b"]],
    [[1, [2, 3]], [1, [2, 4]]],
  ];
  for (const [smaller, greater] of pairs) {
    assertEquals(Math.sign(naturalOrder(smaller, greater)), -1);
    assertEquals(Math.sign(naturalOrder(greater, smaller)), 1);
    assertEquals(naturalOrder(smaller, smaller), 0);
  }
});

Deno.test("naturalOrder() leaves a tie between data without an order", () => {
  for (const data of [{}, null, undefined, () => {}, Symbol("data"), NaN]) {
    assertEquals(naturalOrder([1, data], [1, {}]), 0);
    assertEquals(naturalOrder([1, data], [1, "text"]), 0);
  }
});

Deno.test("naturalOrder() refuses items without an order", () => {
  const refused: [unknown, unknown, string][] = [
    [1, "1", "1 and 1 have no natural order"],
    [{}, {}, "a Object and a Object"],
    [NaN, 1, "NaN and 1"],
    [undefined, 1, "undefined and 1"],
    [[{}], [1], "an array of a Object and an array of 1"],
    [[1], 1, "an array of 1 and 1"],
    [() => {}, 1, "a function and 1"],
    [Object.create(null), Symbol("s"), "a object and Symbol(s)"],
  ];
  for (const [a, b, words] of refused) {
    assertThrows(() => naturalOrder(a, b), TypeError, words);
  }
});
