import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import type { Metadata } from "next";
import { Shortcuts } from "../src/chrome/Shortcuts.tsx";
import { THEME_BEFORE_PAINT } from "../src/chrome/theme.ts";
import "./tokens.css";
import "./base.css";

export const metadata: Metadata = {
  title: { default: "Glassbox", template: "%s · Glassbox" },
  description: "A container stack you can see through",
};

export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, allowed by its hash in the policy */}
        <script dangerouslySetInnerHTML={{ __html: THEME_BEFORE_PAINT }} />
      </head>
      <body>
        {children}
        <Shortcuts />
      </body>
    </html>
  );
}
