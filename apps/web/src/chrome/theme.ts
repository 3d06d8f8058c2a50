/** Light, dark, or as the system says. The choice stands as `data-theme` on the root element; see app/tokens.css. */
import { preference, setPreference } from "./preferences.ts";

export type ThemeChoice = "system" | "light" | "dark";
export const themeChoices: readonly ThemeChoice[] = ["system", "light", "dark"];

/** Told on window after the colours have changed: the terminal and the canvas paint with colours of their own. */
export const THEME_CHANGED = "glassbox:theme";

export function chosenTheme(): ThemeChoice {
  const stored = preference("theme");
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  setPreference("theme", choice);
  applyTheme();
}

/** Also called when the system's own theme changes. */
export function applyTheme(): void {
  const choice = chosenTheme();
  const dark = choice === "dark" || (choice === "system" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  window.dispatchEvent(new Event(THEME_CHANGED));
}

/** Runs in the page's head before the first paint, so that a dark page never flashes white. Kept in step with applyTheme. */
export const THEME_BEFORE_PAINT = `try{var t=localStorage.getItem("glassbox:theme");document.documentElement.dataset.theme=t==="dark"||t!=="light"&&matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light"}catch(e){document.documentElement.dataset.theme="light"}`;
