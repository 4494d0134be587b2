/** Stands in for `jsr:@std/async`; see ../README.md. */

// One file each: the package's async/mod.js imports a path it does not ship.
// @ts-types="./deadline.d.ts"
export { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
// @ts-types="./delay.d.ts"
export { delay } from "npm:deno-std@1.4.0/async/delay.js";
