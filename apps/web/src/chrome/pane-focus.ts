/**
 * F6 goes to the next pane, Shift+F6 to the one before, from anywhere, also out of the terminal, which takes every
 * other key. Panes are elements with `data-pane` (a name that is read out); each remembers what had the focus in it.
 */

/** Keys that the terminal must leave to the page. */
export const paneKeys: ReadonlySet<string> = new Set(["F6"]);

const lastFocus = new WeakMap<HTMLElement, HTMLElement>();

/** Listens on the document. Returns how to stop. */
export function watchPaneKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (!paneKeys.has(event.key)) return;
    event.preventDefault();
    focusPane(event.shiftKey ? -1 : 1);
  };
  const onFocus = (event: FocusEvent) => {
    const target = event.target;
    const pane = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-pane]") : null;
    if (pane && target instanceof HTMLElement) lastFocus.set(pane, target);
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", onFocus);
  return () => {
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("focusin", onFocus);
  };
}

function focusPane(direction: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => pane.offsetParent !== null);
  if (panes.length === 0) return;
  const current = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next =
    panes[
      (current === -1 ? (direction === 1 ? 0 : panes.length - 1) : current + direction + panes.length) % panes.length
    ];
  if (!next) return;
  const before = lastFocus.get(next);
  const target =
    (before?.isConnected ? before : undefined) ??
    next.querySelector<HTMLElement>("[data-pane-start]:not([hidden])") ??
    next.querySelector<HTMLElement>(FOCUSABLE) ??
    next;
  target.focus();
}

const FOCUSABLE = 'textarea, button:not([disabled]), a[href], input, [tabindex="0"]';
