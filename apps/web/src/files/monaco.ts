/** Monaco from our own origin (see monaco-assets.ts), in the page's colours. */
import { loader, type Monaco } from "@monaco-editor/react";

let ready = false;

/** Call before the first editor is shown. */
export function prepareMonaco(): void {
  if (ready) return;
  ready = true;
  loader.config({ paths: { vs: "/vs" } });
}

/** Monaco's theme that goes with the page's. */
export const monacoTheme = (): string =>
  document.documentElement.dataset.theme === "dark" ? "glass-dark" : "glass-light";

/** Monaco's own colours on the page's grounds; they are values, since Monaco cannot read custom properties. */
export function defineThemes(monaco: Monaco): void {
  const define = (name: string, base: "vs" | "vs-dark", ground: string, line: string) =>
    monaco.editor.defineTheme(name, {
      base,
      inherit: true,
      rules: [],
      colors: {
        "editor.background": ground,
        "editorGutter.background": ground,
        "editor.lineHighlightBackground": line,
        "editor.lineHighlightBorder": line,
      },
    });
  define("glass-light", "vs", "#ffffff", "#f3f7f6");
  define("glass-dark", "vs-dark", "#101717", "#172121");
}

/** Monaco's name for a file's language. */
export function languageOf(path: string): string {
  if (path.endsWith(".json")) return "json";
  if (path.endsWith(".sh")) return "shell";
  if (path.endsWith(".yaml") || path.endsWith(".yml")) return "yaml";
  return path.endsWith(".md") ? "markdown" : "plaintext";
}

export const EDITOR_OPTIONS = {
  automaticLayout: true,
  fontFamily: '"JetBrains Mono Variable", "DejaVu Sans Mono", monospace',
  fontSize: 13,
  minimap: { enabled: false },
  padding: { top: 10 },
  scrollBeyondLastLine: false,
  tabSize: 2,
  ariaLabel: "File text. Press Ctrl+M to let Tab move the focus out.",
} as const;
