import type { NextConfig } from "next";

const config: NextConfig = { output: "export", distDir: ".next", images: { unoptimized: true }, trailingSlash: true };
export default config;
