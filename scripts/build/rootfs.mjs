/**
 * The lab root file system: what every lab's containers start from, made from Debian's `busybox-static` alone, so that
 * no lab needs a network. Once as an OCI image layout (`build/rootfs/oci-layout`) and once unpacked as a runtime bundle
 * (`build/rootfs/bundle`); both come from the same list of entries, and the same busybox always gives the same digests.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { whenChanged } from "../setup/stamps.mjs";
import { buildBundles } from "./bundles.mjs";
import { writeBundleConfig } from "./rootfs/bundle-config.mjs";
import { rootfsEntries } from "./rootfs/entries.mjs";
import { writeOciLayout } from "./rootfs/oci-layout.mjs";
import { tar } from "./rootfs/tar.mjs";
import { unpack } from "./rootfs/unpack.mjs";

const busybox = "/bin/busybox";

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildRootfs(say) {
  if (!existsSync(busybox)) {
    throw new Refusal(`Cannot make the lab root file system: there is no ${busybox}`, "apt-get install busybox-static");
  }
  const place = inBuild("rootfs");
  await buildBundles(say); // glassrun writes the bundle's config.json
  const changed = await whenChanged(
    {
      name: "rootfs",
      inputs: [
        busybox,
        inRoot("packages/runtime/src/2-oci/spec"),
        inRoot("scripts/build/rootfs"),
        inRoot("scripts/build/rootfs.mjs"),
      ],
      outputs: [inBuild("rootfs/oci-layout/index.json"), inBuild("rootfs/bundle/config.json")],
    },
    async () => {
      say("unpacking busybox");
      const entries = rootfsEntries(readFileSync(busybox), busybox);
      rmSync(`${place}.new`, { recursive: true, force: true });
      mkdirSync(`${place}.new/bundle`, { recursive: true });
      writeOciLayout(`${place}.new/oci-layout`, tar(entries));
      unpack(`${place}.new/bundle/rootfs`, entries);
      writeBundleConfig(`${place}.new/bundle`, inBuild("glassrun.mjs"));
      rmSync(place, { recursive: true, force: true });
      renameSync(`${place}.new`, place);
    },
  );
  return changed ? `made from ${busybox}` : "up to date";
}
