/**
 * One terminal on the page: xterm in front, a socket to the agent's shell behind, bytes counted between them. Lives
 * outside React, so that hiding a tab or moving a pane neither loses output nor the connection.
 */
import { TerminalNotice, type TerminalRequest } from "@glassbox/protocol";
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { ReconnectingSocket, type SocketStatus } from "../connection/reconnecting-socket.ts";
import { ByteLedger } from "./byte-ledger.ts";
import { drawOnGpuWhenReal } from "./gpu-renderer.ts";
import { inputPieces, isTerminalReply } from "./input-pieces.ts";
import { terminalColours } from "./terminal-colours.ts";
import { typeCommand } from "./typing.ts";

/** Lines kept in the browser; at 80 bytes a line about what the agent keeps (SCROLLBACK_BYTES). */
const SCROLLBACK_LINES = 20_000;

export interface SessionState {
  status: SocketStatus;
  /** Why the shell ended, when it has. */
  ended: string | undefined;
  /** Why the agent will not serve this terminal, when it will not. */
  refused: string | undefined;
}

export class TerminalSession {
  readonly terminal: Terminal;
  #fit = new FitAddon();
  #ledger = new ByteLedger();
  #socket: ReconnectingSocket;
  #state: SessionState = { status: "connecting", ended: undefined, refused: undefined };
  #listeners = new Set<() => void>();
  #attached = false;
  /** Chunks of old output handed to xterm and not parsed yet; while there are any, xterm's replies are dropped. */
  #replaying = 0;
  #replayUntilMs = 0;
  /** What was typed before the shell was attached. */
  #queued: string[] = [];

  constructor(id: string, options: { screenReader: boolean; onPaneKey: (event: KeyboardEvent) => boolean }) {
    this.terminal = new Terminal({
      fontFamily: '"JetBrains Mono Variable", "DejaVu Sans Mono", "Liberation Mono", monospace',
      fontSize: 13,
      lineHeight: 1.2,
      scrollback: SCROLLBACK_LINES,
      cursorBlink: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      screenReaderMode: options.screenReader,
      allowProposedApi: true,
      theme: terminalColours(),
    });
    this.terminal.loadAddon(this.#fit);
    this.terminal.loadAddon(new WebLinksAddon());
    // Keys that move between panes must reach the page, or the terminal would be a trap for the keyboard.
    this.terminal.attachCustomKeyEventHandler((event) => !options.onPaneKey(event));
    this.terminal.onData((data) => {
      if ((this.#replaying > 0 || Date.now() < this.#replayUntilMs) && isTerminalReply(data)) return;
      this.input(data);
    });
    this.terminal.onResize(({ cols, rows }) => this.#send({ type: "resize", columns: cols, rows }));
    this.#socket = new ReconnectingSocket(
      "/ws/terminal",
      { for: "terminal", terminal: id },
      {
        onOpen: () => {
          const { cols, rows } = this.terminal;
          this.#attached = false;
          this.#socket.send({ type: "attach", fromByte: this.#ledger.nextByte, columns: cols, rows });
        },
        onMessage: (data) => (typeof data === "string" ? this.#onNotice(data) : this.#onOutput(new Uint8Array(data))),
        onStatus: (status) => {
          if (status !== "open") this.#attached = false;
          this.#set({ status });
        },
      },
    );
    this.#socket.start();
  }

  readonly getState = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Shows the terminal in an element. Called again with another one when its pane is made anew. */
  mount(element: HTMLElement): void {
    const own = this.terminal.element;
    if (own) element.append(own);
    else {
      this.terminal.open(element);
      drawOnGpuWhenReal(this.terminal);
    }
    this.fit();
  }

  /** Fits rows and columns to the element. Nothing happens while it is hidden: a size of zero would break the shell's. */
  fit(): void {
    const parent = this.terminal.element?.parentElement;
    if (parent && parent.clientWidth > 40 && parent.clientHeight > 20) this.#fit.fit();
  }

  focus(): void {
    this.terminal.focus();
  }

  recolour(): void {
    this.terminal.options.theme = terminalColours();
  }

  setScreenReader(on: boolean): void {
    this.terminal.options.screenReaderMode = on;
  }

  /** Who only looks on types nothing, not even what the agent would refuse. */
  setLooking(looking: boolean): void {
    this.terminal.options.disableStdin = looking;
  }

  /** Sends keys to the shell; before it is attached they are kept for it. */
  input(data: string): void {
    if (!this.#attached) {
      if (this.#queued.length < 200) this.#queued.push(data);
      return;
    }
    for (const piece of inputPieces(data)) this.#send({ type: "input", data: piece });
  }

  /** Types a command into the shell as a person would. */
  type(command: string): Promise<void> {
    this.terminal.scrollToBottom();
    return typeCommand(command, {
      send: (data) => this.input(data),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      atOnce: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
  }

  /** Ctrl-C, past whatever is queued. */
  interrupt(): void {
    this.#send({ type: "interrupt" });
  }

  /** Everything on screen and in the scrollback, as text. */
  text(): string {
    const buffer = this.terminal.buffer.active;
    const lines: string[] = [];
    for (let row = 0; row < buffer.length; row += 1) {
      const line = buffer.getLine(row);
      const text = line?.translateToString(true) ?? "";
      if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.join("\n").trimEnd();
  }

  dispose(): void {
    this.#socket.stop();
    this.terminal.dispose();
    this.#listeners.clear();
  }

  #onOutput(bytes: Uint8Array): void {
    const upToByte = this.#ledger.received(bytes.byteLength);
    const replay = Date.now() < this.#replayUntilMs;
    if (replay) this.#replaying += 1;
    this.terminal.write(bytes, () => {
      if (replay) this.#replaying -= 1;
      const ack = this.#ledger.parsed(upToByte);
      if (ack !== undefined) this.#send({ type: "ack", upToByte: ack });
    });
  }

  #onNotice(text: string): void {
    const notice = TerminalNotice.parse(JSON.parse(text));
    if (notice.type === "ended") this.#set({ ended: notice.reason });
    else if (notice.type === "refused") {
      this.#set({ refused: notice.message });
      this.#socket.stop();
    } else {
      const lost = this.#ledger.attached(notice.fromByte);
      if (lost > 0 && notice.fromByte > lost) this.terminal.write(`\r\n[${lost} bytes of older output are gone]\r\n`);
      // The agent replays at once; what comes within this time is old output.
      this.#replayUntilMs = Date.now() + 300;
      this.#attached = true;
      this.#set({ ended: notice.terminal.ended });
      for (const data of this.#queued.splice(0)) this.input(data);
    }
  }

  #send(request: TerminalRequest): void {
    this.#socket.send(request);
  }

  #set(part: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }
}
