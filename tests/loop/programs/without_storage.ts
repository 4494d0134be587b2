/**
 * To be preloaded: takes away every way to AsyncLocalStorage, as in a browser
 * bundle. Generator coroutines have to work there.
 */
import process from "node:process";
import "./without_internals.ts";

Object.defineProperty(process, "getBuiltinModule", { value: undefined });
