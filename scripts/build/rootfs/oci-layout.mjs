/**
 * Writes an OCI image layout (image-spec, image-layout.md): a folder of blobs named by digest, and an index that names
 * the manifest. The layer is a plain tar, so its digest and its diff_id are the same number; a compressed layer would
 * have two, and the compressor's version would show in one of them.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Go's names, which the image-spec uses, for Node's. */
const architectures = { x64: "amd64", arm64: "arm64", arm: "arm", ia32: "386", riscv64: "riscv64" };

/** A date would make every build another image. */
const created = "1970-01-01T00:00:00Z";

/**
 * @param {string} place a directory to be made
 * @param {Buffer} layer the tar archive
 */
export function writeOciLayout(place, layer) {
  const blobs = path.join(place, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  /** @param {string} mediaType @param {Buffer} content */
  const put = (mediaType, content) => {
    const hex = createHash("sha256").update(content).digest("hex");
    writeFileSync(path.join(blobs, hex), content);
    return { mediaType, digest: `sha256:${hex}`, size: content.length };
  };
  const putJson = (/** @type {string} */ mediaType, /** @type {object} */ value) =>
    put(mediaType, Buffer.from(JSON.stringify(value)));

  const layerDescriptor = put("application/vnd.oci.image.layer.v1.tar", layer);
  const config = putJson("application/vnd.oci.image.config.v1+json", {
    created,
    architecture: architectures[process.arch] ?? process.arch,
    os: "linux",
    config: { Env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], Cmd: ["/bin/sh"], WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: [layerDescriptor.digest] },
    history: [{ created, created_by: "glassbox: busybox-static from Debian" }],
  });
  const manifest = putJson("application/vnd.oci.image.manifest.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config,
    layers: [layerDescriptor],
  });
  const index = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [{ ...manifest, annotations: { "org.opencontainers.image.ref.name": "lab" } }],
  };
  writeFileSync(path.join(place, "index.json"), JSON.stringify(index));
  writeFileSync(path.join(place, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
}
