/** The bar on top of every page: where you are, whether the agent is there, theme and keys. */
"use client";
import { Keyboard } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useLive } from "../connection/use-live.ts";
import { Away } from "./Away.tsx";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import css from "./Header.module.css";
import { Mark } from "./Mark.tsx";
import { showShortcuts } from "./Shortcuts.tsx";
import { ThemeButton } from "./ThemeButton.tsx";

export function Header({ here, children }: { here: "labs" | "explorer" | "lab"; children?: ReactNode }) {
  const status = useLive((state) => state.status);
  return (
    <>
      <header className={css.header}>
        <Link href="/" className={css.brand} aria-label="Glassbox, all labs">
          <Mark />
          <span>Glassbox</span>
        </Link>
        {children ?? <span className={css.grow} />}
        <nav className={css.nav} aria-label="Pages">
          <Link href="/" aria-current={here === "labs" ? "page" : undefined}>
            Labs
          </Link>
          <Link href="/explorer/" aria-current={here === "explorer" ? "page" : undefined}>
            Explorer
          </Link>
        </nav>
        <ConnectionStatus status={status} />
        <button
          type="button"
          className="icon-button"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={showShortcuts}
        >
          <Keyboard size={17} aria-hidden />
        </button>
        <ThemeButton />
      </header>
      <Away />
    </>
  );
}
