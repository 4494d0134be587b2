import { TLS_ECHO, UNIX_ECHO } from "./echo.ts";
import { UDP_ECHO } from "./udp.ts";
import type { NetWork } from "./work.ts";

/** Kinds of connections beside TCP. */
export const NET_WORKS: readonly NetWork[] = [UNIX_ECHO, TLS_ECHO, UDP_ECHO];
