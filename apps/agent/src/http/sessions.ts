/**
 * Tokens, sessions and tickets: how a browser comes to be trusted. The printed URL carries a token; the first visit
 * trades it for a session cookie, which no script can read and no other site can send; a script with the session asks
 * for a ticket that opens one socket once. Nothing here outlives the agent: a new start means new tokens.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { ROLES, type Role } from "./roles.ts";

/** A ticket is used by the very next lines of the page's code. */
const TICKET_LIFE_MS = 10_000;
/** More than a page ever has under way; the oldest gives way. */
const TICKETS_PER_SESSION_MAX = 64;
/** One a browser; the one unused longest gives way, and its browser opens the printed URL again. */
const SESSIONS_MAX = 256;

export type Tokens = Record<Role, string>;

export interface Session {
  readonly id: string;
  readonly role: Role;
}

/** What one ticket opens. */
export type TicketPurpose = { for: "live" } | { for: "terminal"; terminal: string };

interface IssuedTicket {
  session: string;
  purpose: TicketPurpose;
  expiresAtMs: number;
}

/** 256 random bits each, as text fit for a URL. */
export function randomTokens(): Tokens {
  return { viewer: randomSecret(), learner: randomSecret(), instructor: randomSecret() };
}

export class Sessions {
  readonly #tokens: Tokens;
  readonly #nowMs: () => number;
  /** Least recently used first. */
  readonly #sessions = new Map<string, Session>();
  readonly #tickets = new Map<string, IssuedTicket>();

  /** `nowMs` is a monotonic clock in milliseconds. */
  constructor(tokens: Tokens, nowMs: () => number = () => performance.now()) {
    this.#tokens = tokens;
    this.#nowMs = nowMs;
  }

  /** A new session for whoever shows one of the tokens. */
  enter(token: string): Session | undefined {
    const role = ROLES.find((one) => sameSecret(this.#tokens[one], token));
    if (!role) return undefined;
    const session = { id: randomSecret(), role };
    this.#sessions.set(session.id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }

  find(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (!session) return undefined;
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** A ticket for one socket, good once, for ten seconds, for this session only. */
  issueTicket(session: Session, purpose: TicketPurpose): string {
    const nowMs = this.#nowMs();
    let held = 0;
    for (const [ticket, issued] of [...this.#tickets].reverse()) {
      if (issued.session === session.id) held++;
      if (issued.expiresAtMs <= nowMs || held >= TICKETS_PER_SESSION_MAX) this.#tickets.delete(ticket);
    }
    const ticket = randomSecret();
    this.#tickets.set(ticket, { session: session.id, purpose, expiresAtMs: nowMs + TICKET_LIFE_MS });
    return ticket;
  }

  /** What the ticket opens, if it is this session's and still good. It is used up either way. */
  redeemTicket(session: Session, ticket: string): TicketPurpose | undefined {
    const issued = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return issued && issued.session === session.id && issued.expiresAtMs > this.#nowMs() ? issued.purpose : undefined;
  }
}

function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Compares digests, so that neither length nor matching prefix shows in the time it takes. */
function sameSecret(expected: string, given: string): boolean {
  return timingSafeEqual(createHash("sha256").update(expected).digest(), createHash("sha256").update(given).digest());
}
