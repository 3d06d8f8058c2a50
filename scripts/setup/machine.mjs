/**
 * What must be true of this machine before anything else is tried: Linux, and a Node new enough for the rest. Kept free
 * of newer syntax on purpose, since an old Node has to read it to say that it is old.
 */
import { Refusal } from "./refusal.mjs";

/** `engines.node` of package.json says the same. */
const oldestNode = [20, 9];

/** @throws {Refusal} */
export function checkMachine() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldestNode;
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new Refusal(
      `This is Node ${process.versions.node}, and Glassbox needs ${oldestNode.join(".")} or later`,
      "Install a newer Node; on Debian and Ubuntu scripts/setup/install-node.sh does, as root",
    );
  }
  if (process.platform !== "linux") {
    throw new Refusal(
      `Glassbox shows the Linux kernel at work, and this is ${process.platform}`,
      "Use the Vagrant machine of vagrant/, or any Debian 12 or Ubuntu 24.04 VM",
    );
  }
}
