import type { NextConfig } from "next";
import { copyMonaco } from "./monaco-assets.ts";

copyMonaco(process.cwd());

/** A static export: the agent serves `out/` as files, so nothing of Next runs at run time. */
const config: NextConfig = {
  output: "export",
  distDir: ".next",
  images: { unoptimized: true },
  trailingSlash: true,
  transpilePackages: ["@glassbox/protocol"],
};
export default config;
