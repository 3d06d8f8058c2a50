/** The two names of a UTS namespace (man 7 uts_namespaces). */
import type { Op } from "../plan/plan.ts";
import { type About, number, op, path } from "./op.ts";

/** At most 64 bytes; longer answers EINVAL. */
export function sethostname(call: { name: string }, about: About): Op {
  return op("sethostname", [path(call.name), number(Buffer.byteLength(call.name))], about);
}

/** The NIS domain name, as old as it sounds; `config.json` has a field for it all the same. */
export function setdomainname(call: { name: string }, about: About): Op {
  return op("setdomainname", [path(call.name), number(Buffer.byteLength(call.name))], about);
}
