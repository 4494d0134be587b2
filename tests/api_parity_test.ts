import { assert, assertEquals } from "@std/assert";
import { AbstractEventLoop, DenoEventLoop } from "../mod.ts";
import { MEMBERS, NAMES } from "./_asyncio_names.ts";

// Every name of asyncio is a name of ours, with the underscores turned to
// camelCase and nothing else changed. What is not so stands in one of the three
// tables below, by its Python name: "open_connection", "Task.get_stack".

/** Offered under another name than the rule makes. Closed. */
const RENAMED: Readonly<Record<string, { as: string; because: string }>> = {
  EventLoop: {
    as: "DenoEventLoop",
    because: "an alias of the platform's loop, and there is one platform",
  },
  iscoroutine: {
    as: "isCoroutine",
    because: "JavaScript writes its predicates isArray, isFinite",
  },
  isfuture: {
    as: "isFuture",
    because: "JavaScript writes its predicates isArray, isFinite",
  },
};

/** Not offered, for good. Closed. */
const ABSENT: Readonly<Record<string, string>> = {
  _enter_task: "a hook for tasks written in C; extend Task",
  _get_running_loop: "a faster getRunningLoop() for C; ours is fast",
  _leave_task: "a hook for tasks written in C; extend Task",
  _register_task: "a hook for tasks written in C; extend Task",
  _set_running_loop: "loops extend BaseEventLoop, which does it",
  _unregister_task: "a hook for tasks written in C; extend Task",
  iscoroutinefunction: "deprecated, and no function tells what it will return",
};

/** Not offered yet. A name leaves with the work that brings it; none enters. */
const PENDING: Readonly<Record<string, readonly string[]>> = {
  "readiness loop": [
    "SelectorEventLoop",
    "AbstractEventLoop.add_reader",
    "AbstractEventLoop.add_writer",
    "AbstractEventLoop.remove_reader",
    "AbstractEventLoop.remove_writer",
  ],
};

const pending = new Set(Object.values(PENDING).flat());

/** What asyncio has, by its Python names. */
function* asyncioNames(): Generator<string> {
  yield* NAMES;
  for (const [name, members] of Object.entries(MEMBERS)) {
    if (pending.has(name)) continue;
    for (const member of members) yield `${name}.${member}`;
  }
}

/** Turns `Queue.put_nowait` to `Queue.putNowait`, and leaves constants alone. */
function toCamelCase(name: string): string {
  return name.replace(
    /(?<=[a-z])_([a-z])/g,
    (_, letter: string) => letter.toUpperCase(),
  );
}

/** What we should call it. */
function ourName(name: string): string {
  return RENAMED[name]?.as ?? toCamelCase(name);
}

interface Declaration {
  readonly kind: string;
  readonly def: {
    readonly methods?: readonly { readonly name: string }[];
    readonly properties?: readonly { readonly name: string }[];
    readonly extends?: string | readonly TypeReference[];
    readonly implements?: readonly TypeReference[];
  };
}

interface TypeReference {
  readonly repr: string;
}

type Exports = ReadonlyMap<string, readonly Declaration[]>;

/** Reads what mod.ts exports: interfaces too, so no import would do. */
async function readExports(): Promise<Exports> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "mod.ts"],
    cwd: new URL("../", import.meta.url),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const found = new Map<string, readonly Declaration[]>();
  for (const module of Object.values<{ symbols: unknown[] }>(nodes)) {
    for (const { name, declarations } of module.symbols as Symbols) {
      found.set(name, declarations);
    }
  }
  return found;
}

type Symbols = readonly {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}[];

const exported = await readExports();

/** Tells whether we export a name, or a class of ours has a member. */
function isOffered(name: string): boolean {
  const [owner = "", member] = name.split(".");
  if (member === undefined) return exported.has(owner);
  if (owner === "AbstractEventLoop") return isLoopMember(member);
  return (exported.get(owner) ?? []).some(({ def }) =>
    [...def.methods ?? [], ...def.properties ?? []]
      .some((own) => own.name === member) ||
    parentsOf(def).some((parent) => isOffered(`${parent}.${member}`))
  );
}

/**
 * Tells whether the default loop has a member of its own: what AbstractEventLoop
 * itself does about a method is to throw NotImplementedError.
 */
function isLoopMember(member: string): boolean {
  if (Object.hasOwn(new DenoEventLoop(), member)) return true;
  const abstract: object = AbstractEventLoop.prototype;
  const concrete: object = DenoEventLoop.prototype;
  return member in concrete &&
    Reflect.get(concrete, member) !== Reflect.get(abstract, member);
}

/** The exported types that a class or an interface takes members from. */
function parentsOf(def: Declaration["def"]): readonly string[] {
  const parents = typeof def.extends === "string"
    ? [{ repr: def.extends }]
    : def.extends ?? [];
  return [...parents, ...def.implements ?? []].map(({ repr }) => repr);
}

Deno.test("api parity: every name of asyncio is offered, or listed", () => {
  const missing: string[] = [];
  for (const name of asyncioNames()) {
    if (pending.has(name) || name in ABSENT) continue;
    if (!isOffered(ourName(name))) missing.push(`${name} as ${ourName(name)}`);
  }
  assertEquals(missing, []);
});

Deno.test("api parity: what has appeared is no longer pending", () => {
  const appeared = [...pending].filter((name) => isOffered(ourName(name)));
  assertEquals(appeared, []);
});

Deno.test("api parity: what is absent for good has not appeared", () => {
  const appeared = Object.keys(ABSENT).filter((name) =>
    isOffered(ourName(name))
  );
  assertEquals(appeared, []);
});

Deno.test("api parity: AbstractEventLoop declares the pending methods too", () => {
  const missing: string[] = [];
  for (const name of pending) {
    const [owner, member] = ourName(name).split(".");
    if (owner !== "AbstractEventLoop" || member === undefined) continue;
    if (!(member in AbstractEventLoop.prototype)) missing.push(name);
  }
  assertEquals(missing, []);
});

Deno.test("api parity: the tables name only what asyncio has", () => {
  const known = new Set(asyncioNames());
  const listed = [...Object.keys(RENAMED), ...Object.keys(ABSENT), ...pending];
  assertEquals(listed.filter((name) => !known.has(name)), []);
});

Deno.test("api parity: the rule alone explains what is not renamed", () => {
  for (const [name, { as }] of Object.entries(RENAMED)) {
    assert(as !== toCamelCase(name), `${name} needs no row`);
  }
});

Deno.test("api parity: the rule turns underscores to camelCase", () => {
  assertEquals(toCamelCase("Queue.put_nowait"), "Queue.putNowait");
  assertEquals(toCamelCase("readexactly"), "readexactly");
  assertEquals(toCamelCase("FIRST_COMPLETED"), "FIRST_COMPLETED");
  assertEquals(toCamelCase("get_event_loop_policy"), "getEventLoopPolicy");
});
