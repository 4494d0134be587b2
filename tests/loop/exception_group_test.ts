import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ExceptionGroup } from "../../loop/exception_group.ts";

const range = new RangeError("range");
const type = new TypeError("type");
const deep = new RangeError("deep");
const nested = new ExceptionGroup("inner", [type, deep]);
const group = new ExceptionGroup("outer", [range, nested]);

Deno.test("ExceptionGroup is an AggregateError", () => {
  assertInstanceOf(group, AggregateError);
  assertInstanceOf(group, Error);
  assertEquals([group.name, group.message], ["ExceptionGroup", "outer"]);
  assertEquals(group.errors, [range, nested]);
});

Deno.test("ExceptionGroup refuses to be empty", () => {
  assertThrows(
    () => new ExceptionGroup("empty", []),
    RangeError,
    "Cannot create ExceptionGroup: no errors given",
  );
});

Deno.test("ExceptionGroup takes any iterable, and any values", () => {
  const values = new ExceptionGroup("values", new Set(["text", 5]));
  assertEquals(values.errors, ["text", 5]);
});

Deno.test("ExceptionGroup.split() divides nested groups by class", () => {
  const { match, rest } = group.split(RangeError);
  assertEquals(match!.message, "outer");
  assertStrictEquals(match!.errors[0], range);
  assertEquals(match!.errors[1].message, "inner");
  assertEquals(match!.errors[1].errors, [deep]);
  assertEquals(rest!.errors.length, 1);
  assertEquals(rest!.errors[0].errors, [type]);
});

Deno.test("ExceptionGroup.split() leaves null where nothing falls", () => {
  const all = group.split(Error);
  assertStrictEquals(all.match, group);
  assertEquals(all.rest, null);
  const none = group.split(SyntaxError);
  assertEquals([none.match, messages(none.rest!)], [null, messages(group)]);
});

Deno.test("ExceptionGroup.split() takes a function of the error", () => {
  const { match, rest } = group.split((error) => error === type);
  assertEquals(messages(match!), ["[type]"]);
  assertEquals(messages(rest!), ["range", "[deep]"]);
});

Deno.test("ExceptionGroup.split() by ExceptionGroup matches the group itself", () => {
  assertStrictEquals(group.split(ExceptionGroup).match, group);
});

Deno.test("ExceptionGroup.subgroup() is what matches", () => {
  assertEquals(messages(group.subgroup(TypeError)!), ["[type]"]);
  assertEquals(group.subgroup(SyntaxError), null);
});

Deno.test("ExceptionGroup parts keep the cause", () => {
  const cause = new Error("cause");
  const caused = new ExceptionGroup("caused", [range, type]);
  caused.cause = cause;
  const { match, rest } = caused.split(RangeError);
  assertStrictEquals(match!.cause, cause);
  assertStrictEquals(rest!.cause, cause);
});

Deno.test("ExceptionGroup.unwrap() finds the only error", () => {
  const only = new ExceptionGroup("a", [new ExceptionGroup("b", [range])]);
  assertStrictEquals(only.unwrap(), range);
  assertStrictEquals(group.unwrap(), group);
  const two = new ExceptionGroup("a", [group]);
  assertStrictEquals(two.unwrap(), group);
});

Deno.test("ExceptionGroup prints as a tree", () => {
  assertEquals(
    String(group),
    [
      "ExceptionGroup: outer",
      "  RangeError: range",
      "  ExceptionGroup: inner",
      "    TypeError: type",
      "    RangeError: deep",
    ].join("\n"),
  );
  assert(Deno.inspect(group).includes("range"));
});

function messages(error: ExceptionGroup): string[] {
  return error.errors.map((inner) =>
    inner instanceof ExceptionGroup ? `[${messages(inner)}]` : inner.message
  );
}
