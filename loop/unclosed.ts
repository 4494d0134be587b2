import type { BaseEventLoop } from "./base_event_loop.ts";
import { CreationSite, describeSampled, SiteSampler } from "./creation_site.ts";
import { log } from "./log.ts";
import { currentScope, running } from "./running.ts";

/** How many holds are kept at least before those that are over are dropped. */
const KEPT_HOLDS = 1000;

/** Something that is held, and should not be for long. */
export interface Held {
  /** Whether it is held no more. */
  readonly over: boolean;
  /** Reports it, once, if it is held for too long. */
  review(): void;
}

/** One object that somebody should close. */
class Opened {
  /** The object, as long as anybody holds it. */
  object: WeakRef<object>;
  /** What its report calls it before it describes it. */
  title: string;
  /** Its description when it was opened, for when it is gone. */
  description: string;
  /** Where it was opened; as text, for frames hold what they belong to. */
  readonly place: string;
  /** Where the record is kept until it is reported. */
  readonly owner: Unclosed;

  constructor(owner: Unclosed, object: object, title: string, place: string) {
    this.owner = owner;
    this.object = new WeakRef(object);
    this.title = title;
    this.description = String(object);
    this.place = place;
  }
}

/**
 * Tells who opens something at this moment. V8 knows no callers across a wait:
 * for what needed one, it is told which task waited and where that was made.
 */
function describePlace(): string {
  const site = String(new CreationSite());
  const title = "(most recent call first):";
  if (site !== "") return `created at ${title}\n${site}`;
  const task = currentScope()?.task;
  if (task === undefined) return "";
  return `created by ${task.describeAsAwaited()}, created at ` +
    `${title}\n${describeSampled(task.site)}`;
}

const collected = new FinalizationRegistry<Opened>((opened) =>
  opened.owner.report(opened)
);

const collectedLoops = new FinalizationRegistry<string>((loop) => {
  running.debugged--;
  log("warning", `unclosed event loop ${loop}`);
});

/**
 * What is open on a loop in debug mode and should be closed by whoever opened
 * it: reported when nobody holds it any more, and at the latest when the loop
 * closes. So is the loop itself. Outside debug mode a loop has none.
 */
export class Unclosed {
  /** Notes where the tasks, futures and handles of the loop are made. */
  readonly sites: SiteSampler = new SiteSampler(1000, 256);
  /** What is held, locks, among much that no longer is. */
  #holds: Held[] = [];
  #mostHolds = KEPT_HOLDS;
  /** The loop's time at the end of the last step. */
  #time = 0;
  readonly #loop: BaseEventLoop;
  readonly #records = new Set<Opened>();
  readonly #byObject = new WeakMap<object, Opened>();

  /** Creates the empty collection of a loop. */
  constructor(loop: BaseEventLoop) {
    this.#loop = loop;
    // Its own description may need what a derived class has not made yet.
    collectedLoops.register(loop, `<${loop.constructor.name}>`, this);
  }

  /** The loop is closed, or no longer in debug mode. */
  end(): void {
    collectedLoops.unregister(this);
  }

  /**
   * Notes an object that was opened.
   *
   * @param title What it is, such as "transport"; may be empty.
   * @param server The server that accepted it, whose place is told instead.
   */
  add(object: object, title: string, server?: object): void {
    const place = describePlace() || this.#describeServer(server);
    const opened = new Opened(this, object, title, place);
    this.#byObject.set(object, opened);
    this.#watch(object, opened);
  }

  /**
   * An object speaks for another from now on: a writer for its transport, which
   * the loop holds whoever has forgotten the writer.
   */
  handOver(from: object, to: object): void {
    const opened = this.#byObject.get(from);
    if (opened === undefined || !this.#records.has(opened)) return;
    collected.unregister(opened);
    opened.object = new WeakRef(to);
    opened.title = "";
    opened.description = String(to);
    this.#watch(to, opened);
  }

  /** Forgets an object: it is closed, or another is reported in its place. */
  delete(object: object): void {
    const opened = this.#byObject.get(object);
    if (opened !== undefined) this.#forget(opened);
  }

  /** Reports one object, once. */
  report(opened: Opened): void {
    if (!this.#records.has(opened)) return;
    this.#forget(opened);
    const { title } = opened;
    const place = opened.place && `\nObject ${opened.place}`;
    const object = opened.object.deref();
    const subject = `${title} ${object ?? opened.description}`.trim();
    log("warning", `unclosed ${subject}${place}`, {
      loop: this.#loop,
      ...(object === undefined ? {} : { object }),
    });
  }

  /**
   * The loop's time, in a step that at its beginning, for to read a clock is
   * dear; what the host runs may come long after.
   */
  get time(): number {
    const { watch } = this.#loop.scheduler;
    return watch?.timing ? this.#time : this.#loop.time();
  }

  /** A step begins, or one is over and another may begin. */
  noteTime(now: number): void {
    this.#time = this.#loop.timeAt(now);
  }

  /** Notes something that is held from now on. */
  hold(held: Held): void {
    if (this.#holds.push(held) < this.#mostHolds) return;
    this.#holds = this.#holds.filter(({ over }) => !over);
    this.#mostHolds = Math.max(KEPT_HOLDS, 2 * this.#holds.length);
  }

  /** Reports what has been held for too long. */
  reviewHolds(): void {
    for (const hold of this.#holds) hold.review();
  }

  /** Reports all that are left; the loop closes. */
  reportAll(): void {
    this.#time = this.#loop.time();
    this.reviewHolds();
    for (const opened of [...this.#records]) this.report(opened);
  }

  /** A connection was accepted: the program knows where its server is from. */
  #describeServer(server: object | undefined): string {
    const opened = server && this.#byObject.get(server);
    return opened ? `accepted by ${server}, ${opened.place}` : "";
  }

  #watch(object: object, opened: Opened): void {
    this.#records.add(opened);
    collected.register(object, opened, opened);
  }

  #forget(opened: Opened): void {
    this.#records.delete(opened);
    collected.unregister(opened);
  }
}
