/**
 * The checkout this program runs from, found from this file upwards: works from the sources and from a bundle in `build/`.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** @throws Error when this file lies in no checkout */
export function checkoutRoot(): string {
  for (let directory = path.dirname(fileURLToPath(import.meta.url)); ; directory = path.dirname(directory)) {
    if (existsSync(path.join(directory, "scripts/setup"))) return directory;
    if (directory === path.dirname(directory)) throw new Error("Cannot find the checkout that this program belongs to");
  }
}
