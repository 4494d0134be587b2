export { DEVNULL, PIPE, STDOUT } from "../transports/subprocess_stdio.ts";
