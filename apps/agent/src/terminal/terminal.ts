/**
 * One terminal: a shell, its scrollback, and the browsers that follow it. Output goes into the scrollback and each
 * follower is sent from there, so there is no second queue: a follower is a byte number, and what it may be ahead of its
 * acknowledgements is bounded. The shell is read only while everyone keeps up, so a flood costs no memory and Ctrl-C is
 * never behind more than `HIGH_WATER_BYTES`. `terminals.ts` keeps the list; `http/terminal-socket.ts` is the follower.
 */
import { HIGH_WATER_BYTES, LOW_WATER_BYTES, SCROLLBACK_BYTES, type TerminalInfo } from "@glassbox/protocol";
import type { TerminalFollower } from "../http/backend.ts";
import { Scrollback } from "./scrollback.ts";
import { type SessionMember, sessionMembers, signalEach, stillAlive } from "./session-processes.ts";
import { type Shell, type ShellPlace, startShell } from "./shell.ts";

/** Largest piece given to a follower at once; gathers the pty's ~4 KB reads into fewer, larger socket frames. */
const PIECE_MAX_BYTES = 64 * 1024;
/** A follower that is full and has acknowledged nothing for this long is let go: one frozen tab must not stop the shell. */
const STALLED_AFTER_MS = 15_000;
/** After SIGHUP: bash saves nothing, so it ends at once; a program with a handler gets this long. */
const HANG_UP_GRACE_MS = 500;
const GONE_POLL_MS = 20;
/** Read with nobody following: what the scrollback holds, less one read, so that it holds all that was missed. */
const UNATTENDED_MAX_BYTES = SCROLLBACK_BYTES - 64 * 1024;

export interface TerminalOptions extends ShellPlace {
  id: string;
  lab: string;
  name: string;
  binDir: string;
  home: string;
  columns: number;
  rows: number;
  /** How long a follower may hold up the shell. @default 15000 */
  stalledAfterMs?: number | undefined;
  /** Called once when the shell has ended. */
  onEnded(): void;
}

interface Following {
  follower: TerminalFollower;
  sentTo: number;
  acknowledgedTo: number;
  lastAcknowledgedAtMs: number;
}

export class Terminal {
  readonly #options: TerminalOptions;
  /** Its tab's; unique in its lab, which `Terminals` sees to. */
  name: string;
  readonly #shell: Shell;
  readonly #scrollback = new Scrollback(SCROLLBACK_BYTES);
  readonly #followings = new Set<Following>();
  /** The furthest byte any follower ever acknowledged; beyond it, `UNATTENDED_MAX_BYTES` are read with nobody there. */
  #seenTo = 0;
  #ended: string | undefined;
  #survivors: SessionMember[] = [];
  #paused = false;
  #pumpDue: NodeJS.Immediate | undefined;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.name = options.name;
    this.#shell = startShell({
      ...options,
      onOutput: (bytes) => this.#onOutput(bytes),
      onEnded: (reason) => this.#onEnded(reason),
    });
  }

  get info(): TerminalInfo {
    const { id, lab } = this.#options;
    return { id, lab, name: this.name, pid: this.#shell.pid, ...(this.#ended !== undefined && { ended: this.#ended }) };
  }

  /** See `TerminalsBackend.follow`. Nothing is sent before this has returned. */
  follow(
    fromByte: number,
    follower: TerminalFollower,
  ): { fromByte: number; stop(): void; ack(upToByte: number): void } {
    const { startByte, endByte } = this.#scrollback;
    // A number from the future belongs to another shell's life: begin with all there is.
    const from = fromByte > endByte ? startByte : Math.max(fromByte, startByte);
    const following = { follower, sentTo: from, acknowledgedTo: from, lastAcknowledgedAtMs: Date.now() };
    this.#followings.add(following);
    this.#schedulePump();
    return {
      fromByte: from,
      stop: () => this.#stopFollowing(following),
      ack: (upToByte) => {
        const acknowledgedTo = Math.min(upToByte, following.sentTo);
        if (acknowledgedTo <= following.acknowledgedTo) return;
        following.acknowledgedTo = acknowledgedTo;
        following.lastAcknowledgedAtMs = Date.now();
        this.#schedulePump();
      },
    };
  }

  /** @throws GlassboxError "resource exhausted" when the program in the terminal has not read 1 MB of input */
  input(data: string): void {
    if (this.#ended === undefined) this.#shell.input(data);
  }

  resize(columns: number, rows: number): void {
    if (this.#ended === undefined) this.#shell.resize(columns, rows);
  }

  /** SIGINT to the foreground process group, past whatever is queued as input. */
  interrupt(): void {
    if (this.#ended === undefined) this.#shell.interrupt();
  }

  /** Hang up, then kill what of the shell's session is left. Resolves when nothing of it lives; twice is fine. */
  async close(): Promise<void> {
    const members = this.#living();
    signalEach(members, "SIGHUP");
    signalEach(members, "SIGCONT"); // a stopped job acts on the SIGHUP only when it runs again
    await goneWithin(HANG_UP_GRACE_MS, members);
    const stubborn = [...members, ...this.#living()]; // the second look finds what forked meanwhile
    signalEach(stubborn, "SIGKILL");
    await goneWithin(HANG_UP_GRACE_MS, stubborn);
    for (const { follower } of [...this.#followings]) follower.onEnded(this.#ended ?? "closed");
    this.#followings.clear();
    clearTimeout(this.#stallTimer);
    this.#stallTimer = undefined;
  }

  /** What of the shell's session lives: while it runs whatever has its number, later only who was there at its end. */
  #living(): SessionMember[] {
    return this.#ended === undefined ? sessionMembers(this.#shell.pid) : stillAlive(this.#survivors);
  }

  #onOutput(bytes: Uint8Array): void {
    this.#scrollback.write(bytes);
    this.#schedulePump();
  }

  #onEnded(reason: string): void {
    this.#ended = reason;
    // Jobs left in the background outlive their shell, as anywhere. Remember them by start time: the session's number
    // may be another process's by the time this terminal is closed.
    this.#survivors = sessionMembers(this.#shell.pid);
    this.#schedulePump();
    this.#options.onEnded();
  }

  /** On the next turn of the event loop, so that several reads or acknowledgements are answered in one go. */
  #schedulePump(): void {
    this.#pumpDue ??= setImmediate(() => {
      this.#pumpDue = undefined;
      this.#pump();
    });
  }

  #pump(): void {
    for (const following of this.#followings) this.#send(following);
    if (this.#ended === undefined) this.#pauseOrResume();
    this.#watchForStalls();
  }

  #send(following: Following): void {
    const { endByte } = this.#scrollback;
    while (following.sentTo < endByte) {
      const room = HIGH_WATER_BYTES - (following.sentTo - following.acknowledgedTo);
      if (room <= 0) return;
      const piece = this.#scrollback.read(following.sentTo, Math.min(room, PIECE_MAX_BYTES));
      const fromByte = following.sentTo;
      following.sentTo += piece.length;
      following.follower.onOutput(fromByte, piece);
    }
    if (this.#ended === undefined) return;
    this.#followings.delete(following);
    following.follower.onEnded(this.#ended);
  }

  /**
   * Reading stops at the high mark and starts again at the low one, counted for the slowest follower. With nobody
   * following, one scrollback's worth is read and then the shell waits: who comes back finds that nothing was lost, and
   * a `yes` that nobody watches burns no CPU.
   */
  #pauseOrResume(): void {
    const { endByte } = this.#scrollback;
    const acknowledged = [...this.#followings].map((following) => following.acknowledgedTo);
    const attended = acknowledged.length > 0;
    this.#seenTo = Math.max(this.#seenTo, ...acknowledged);
    const behind = endByte - (attended ? Math.min(...acknowledged) : this.#seenTo);
    const high = attended ? HIGH_WATER_BYTES : UNATTENDED_MAX_BYTES;
    if (!this.#paused && behind >= high) this.#shell.pause();
    else if (this.#paused && behind <= (attended ? LOW_WATER_BYTES : 0)) this.#shell.resume();
    else return;
    this.#paused = !this.#paused;
  }

  #watchForStalls(): void {
    const { stalledAfterMs = STALLED_AFTER_MS } = this.#options;
    const full = [...this.#followings].filter((one) => one.sentTo - one.acknowledgedTo >= HIGH_WATER_BYTES);
    if (full.length === 0) {
      clearTimeout(this.#stallTimer);
      this.#stallTimer = undefined;
      return;
    }
    this.#stallTimer ??= setTimeout(() => {
      this.#stallTimer = undefined;
      const stalledSinceMs = Date.now() - stalledAfterMs;
      for (const one of full) {
        if (!this.#followings.has(one) || one.lastAcknowledgedAtMs > stalledSinceMs) continue;
        this.#stopFollowing(one);
        one.follower.onStalled();
      }
      this.#schedulePump();
    }, stalledAfterMs);
  }

  #stopFollowing(following: Following): void {
    if (this.#followings.delete(following)) this.#schedulePump();
  }
}

/** Resolves when none of `members` lives, or after `graceMs` with some that still do. */
async function goneWithin(graceMs: number, members: SessionMember[]): Promise<void> {
  const deadlineMs = Date.now() + graceMs;
  while (stillAlive(members).length > 0 && Date.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, GONE_POLL_MS));
  }
}
