import { BaseEventLoop } from "./base_event_loop.ts";

/** The loop that does input and output through Deno; the default one. */
export class DenoEventLoop extends BaseEventLoop {
}
