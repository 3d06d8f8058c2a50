/** An overlay, really mounted: the kernel may lack it, and an overlay cannot keep its changes on another overlay. */
import { tmpdir } from "node:os";
import type { Probe } from "../probe.ts";
import { tryCommand } from "../try-command.ts";

/** In a mount namespace of its own, on memory of its own, so that nothing is left when the shell ends. */
const script = `
mount -t tmpfs tmpfs "$1" && cd "$1" && mkdir lower upper work merged &&
echo below > lower/file && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged &&
echo above > merged/file && [ "$(cat lower/file)" = below ] && [ "$(cat upper/file)" = above ]`;

export const overlayfs: Probe = {
  id: "overlayfs",
  title: "overlay file system",
  needed: true,
  async look(signal) {
    const args = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", tmpdir()];
    const { worked, said } = await tryCommand("unshare", args, signal);
    if (worked) return { status: "yes", detail: "a file was changed in one, and the layer below kept its own" };
    return { status: "no", detail: said, hint: "modprobe overlay, or npm start -- --vm" };
  },
};
