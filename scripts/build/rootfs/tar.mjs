/**
 * Writes a tar archive in the ustar form that image layers use (POSIX pax interchange format, ustar header block). Our
 * own, because `tar` puts the machine's clock, owners and version into the archive and a layer's digest must depend on
 * its content alone: every time is 0 and every owner is root.
 */

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;

const typeOf = { file: "0", symlink: "2", directory: "5" };

/**
 * @param {import("./entries.mjs").Entry[]} entries in the order they are to stand
 * @returns {Buffer}
 */
export function tar(entries) {
  const blocks = entries.flatMap((entry) => {
    const content = entry.kind === "file" ? entry.content : Buffer.alloc(0);
    return [header(entry, content.length), content, Buffer.alloc(-content.length & (BLOCK_BYTES - 1))];
  });
  // Two empty blocks end an archive.
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** @param {import("./entries.mjs").Entry} entry @param {number} sizeBytes */
function header(entry, sizeBytes) {
  const block = Buffer.alloc(BLOCK_BYTES);
  const name = entry.kind === "directory" ? `${entry.path}/` : entry.path;
  if (Buffer.byteLength(name) > NAME_BYTES)
    throw new Error(`Cannot archive "${name}": ustar names end at ${NAME_BYTES} bytes`);
  block.write(name, 0);
  octal(block, entry.mode, 100, 8);
  octal(block, 0, 108, 8); // uid
  octal(block, 0, 116, 8); // gid
  octal(block, sizeBytes, 124, 12);
  octal(block, 0, 136, 12); // mtime
  block.write(typeOf[entry.kind], 156);
  if (entry.kind === "symlink") block.write(entry.target, 157);
  block.write("ustar\x0000", 257, "latin1");
  block.write("root", 265);
  block.write("root", 297);
  // The checksum counts its own field as eight spaces.
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** @param {Buffer} block @param {number} value @param {number} offset @param {number} length */
function octal(block, value, offset, length) {
  block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset, "latin1");
}
