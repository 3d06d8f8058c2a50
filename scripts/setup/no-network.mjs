/**
 * Tells a failure of apt-get or npm for want of a network from any other: the first has one sentence and one remedy, and
 * pages of the program's own complaints would only hide it.
 */
import { Refusal } from "./refusal.mjs";

/** What Node's sockets and apt's methods say when nobody can be reached. */
const NOBODY_REACHED =
  /\b(EAI_AGAIN|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ETIMEDOUT)\b|Temporary failure resolving|Could not resolve|Could not connect|Network is unreachable/;

/**
 * @param {unknown} failure what running the program threw
 * @param {{ what: string, where: string, remedy: string }} words `what` could not be done, since `where` does not answer
 * @returns {unknown} a Refusal that says so, or the failure itself when it is another
 */
export function unlessNoNetwork(failure, { what, where, remedy }) {
  const [sign] = NOBODY_REACHED.exec(failure instanceof Error ? failure.message : "") ?? [];
  if (sign === undefined) return failure;
  return new Refusal(`Cannot ${what}: ${where} cannot be reached (${sign})`, remedy, { cause: failure });
}
