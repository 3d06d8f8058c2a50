/** What Node has without being asked: the bundler puts these where a name of theirs is used. */
export { AbortController, AbortSignal } from "./abort.ts";
export { Buffer } from "./buffer.ts";
export { TextEncoder } from "./encoder.ts";
export { process } from "./process.ts";
export { Atomics, clearTimeout, setTimeout } from "./timers.ts";
