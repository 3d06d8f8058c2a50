/** Monaco's theme, which follows the page's. */
import { useEffect, useState } from "react";
import { THEME_CHANGED } from "../chrome/theme.ts";
import { monacoTheme, prepareMonaco } from "./monaco.ts";

export function useMonacoTheme(): string {
  prepareMonaco();
  const [theme, setTheme] = useState(monacoTheme);
  useEffect(() => {
    const change = () => setTheme(monacoTheme());
    window.addEventListener(THEME_CHANGED, change);
    return () => window.removeEventListener(THEME_CHANGED, change);
  }, []);
  return theme;
}
