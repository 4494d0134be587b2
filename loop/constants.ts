/** Tunables of the loop, each with its reason. */

/**
 * How often the loop looks whether native code has settled, a microtask turn
 * each time, before it sends a hop through the host and relies on that. A hop
 * costs as much as fifty looks, and most code settles within two.
 */
export const LOOKS_BEFORE_HOP = 32;

/** The longest the loop runs without letting the host serve I/O, in seconds. */
export const SLICE_SECONDS = 0.001;

/**
 * Handles run between two looks at the clock: reading it costs more than a
 * handle does.
 */
export const HANDLES_PER_CLOCK_READ = 32;

/**
 * A native timer fires about this much late, in seconds: it is armed early by
 * as much and the rest is waited out with macrotask hops.
 */
export const NATIVE_TIMER_SLACK = 0.0012;

/** The longest native timer, in seconds: beyond 2^31 ms they fire at once. */
export const MAXIMUM_NATIVE_TIMER = 24 * 3600;

/** Cancelled timers are purged when there are more timers than this ... */
export const PURGE_MINIMUM_TIMERS = 100;

/** ... and more than this share of them is cancelled. */
export const PURGE_CANCELLED_SHARE = 0.5;
