/**
 * Which Host and Origin headers are ours. A page elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding) or
 * send requests and open sockets across origins; both show in these headers, and both end here. What an attacker cannot
 * do is make the browser send our name.
 */
import { isIP } from "node:net";

const WILDCARDS = ["0.0.0.0", "::"];
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

export interface BoundAddress {
  /** As given to listen: a name or an address without brackets. */
  host: string;
  port: number;
  /** Further names or `name:port` pairs people reach us by: a forwarded port, a name in the local network. */
  alsoAllowed: readonly string[];
}

/**
 * Whether a request with this Host header was meant for us. Bound to every address, any literal address with our port
 * passes too: rebinding needs a name, and an address cannot be rebound.
 */
export function isOwnHost(hostHeader: string | undefined, bound: BoundAddress): boolean {
  if (hostHeader === undefined) return false;
  const given = hostHeader.toLowerCase();
  const names = [...LOOPBACK, bracketed(bound.host), ...bound.alsoAllowed].map((name) => name.toLowerCase());
  const withPort = names.map((name) => (/:\d+$/.test(name) && !name.endsWith("]") ? name : `${name}:${bound.port}`));
  if (withPort.includes(given)) return true;
  if (bound.port === 80 && withPort.includes(`${given}:80`)) return true; // browsers leave the default port out
  return WILDCARDS.includes(bound.host) && isLiteralAddress(given, bound.port);
}

/** Whether the page that sent this request came from us. `hostHeader` has passed `isOwnHost`. */
export function isOwnOrigin(originHeader: string | undefined, hostHeader: string | undefined): boolean {
  if (originHeader === undefined || hostHeader === undefined) return false;
  const host = hostHeader.toLowerCase();
  return [`http://${host}`, `https://${host}`].includes(originHeader.toLowerCase());
}

function isLiteralAddress(hostHeader: string, port: number): boolean {
  const suffix = `:${port}`;
  if (!hostHeader.endsWith(suffix)) return false;
  return isIP(hostHeader.slice(0, -suffix.length).replace(/^\[(.*)\]$/, "$1")) !== 0;
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
