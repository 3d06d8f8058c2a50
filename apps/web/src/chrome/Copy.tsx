/** Copies a text and says so for a moment, to eyes and to screen readers. */
import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";

/** How long "Copied" stands, in milliseconds. */
const SAY_MS = 1600;

export function Copy({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState(false);
  const copy = async () => {
    await copyText(text);
    setSaid(true);
    setTimeout(() => setSaid(false), SAY_MS);
  };
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={said ? "Copied" : `Copy ${what}`}
      title="Copy"
      onClick={copy}
    >
      {said ? <Check size={15} aria-hidden /> : <CopyIcon size={15} aria-hidden />}
    </button>
  );
}

/** The clipboard interface exists on https and localhost only; a page served over plain http uses the old way. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
