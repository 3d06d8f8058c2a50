/** Where the things are that engines are given: the runtime under test, the one to compare with, an image. */
import { fileURLToPath } from "node:url";

export const checkout = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** The runtime under test, as an operator would name it in an engine's configuration. */
export const glassrun = `${checkout}/build/native/glassrun`;

/** An OCI image layout with busybox in it, tag `lab`, made by `node scripts/build.mjs rootfs`. */
export const imageLayout = `${checkout}/build/rootfs/oci-layout`;

/** The root file system that image is made of. */
export const imageRoot = `${checkout}/build/rootfs/bundle/rootfs`;
