/** One button that goes round the three themes and says which one is on. */
"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useEffect, useState } from "react";
import { applyTheme, chooseTheme, chosenTheme, type ThemeChoice, themeChoices } from "./theme.ts";

const ICONS = { system: Monitor, light: Sun, dark: Moon };

export function ThemeButton() {
  const [choice, setChoice] = useState<ThemeChoice>("system");
  useEffect(() => {
    setChoice(chosenTheme());
    applyTheme();
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", applyTheme);
    return () => system.removeEventListener("change", applyTheme);
  }, []);
  const Icon = ICONS[choice];
  const next = themeChoices[(themeChoices.indexOf(choice) + 1) % themeChoices.length] ?? "system";
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Theme: ${choice}. Change to ${next}`}
      title={`Theme: ${choice}`}
      onClick={() => {
        chooseTheme(next);
        setChoice(next);
      }}
    >
      <Icon size={17} aria-hidden />
    </button>
  );
}
