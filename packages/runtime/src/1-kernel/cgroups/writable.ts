/** May the caller write there? Asked of the kernel, not of modes: root of a user namespace is not root of the machine. */
import { accessSync, constants } from "node:fs";

export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
