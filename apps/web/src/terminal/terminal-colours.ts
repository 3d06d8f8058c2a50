/** The sixteen colours of the terminal, to go with the page. The terminal is dark in both themes: it is the machine. */
import type { ITheme } from "@xterm/xterm";

export function terminalColours(): ITheme {
  return {
    background: getComputedStyle(document.documentElement).getPropertyValue("--terminal").trim() || "#0f1716",
    foreground: "#dce7e3",
    cursor: "#4fd8bf",
    cursorAccent: "#0f1716",
    selectionBackground: "#2f6f6480",
    black: "#1c2726",
    red: "#ff8080",
    green: "#7bd88f",
    yellow: "#e8c06b",
    blue: "#7fb0ff",
    magenta: "#d5a1f2",
    cyan: "#5fd4d0",
    white: "#dce7e3",
    brightBlack: "#7f908b",
    brightRed: "#ffa3a3",
    brightGreen: "#9de8ad",
    brightYellow: "#f4d794",
    brightBlue: "#a6c8ff",
    brightMagenta: "#e4bff8",
    brightCyan: "#8be6e2",
    brightWhite: "#f6fbf9",
  };
}
