/** Stands in for `jsr:@std/async`; see ../README.md. */

// Not from async/mod.js: it imports a path that the package does not ship.
// @ts-types="./delay.d.ts"
export { delay } from "npm:deno-std@1.4.0/async/delay.js";
