/**
 * Writes the archive a kernel unpacks as its first root file system: cpio in the "newc" form (man 5 cpio, and the
 * kernel's Documentation/driver-api/early-userspace/buffer-format.rst).
 */

/**
 * @param {{ path: string, mode: number, content?: Buffer | string }[]} entries without content: a directory
 * @returns {Buffer}
 */
export function cpio(entries) {
  const parts = entries.flatMap(({ path, mode, content }, index) => {
    const body = Buffer.from(content ?? "");
    return member(path, index + 1, content === undefined ? 0o040000 | mode : 0o100000 | mode, body);
  });
  return Buffer.concat([...parts, ...member("TRAILER!!!", 0, 0, Buffer.alloc(0))]);
}

/** @param {string} name @param {number} inode @param {number} mode @param {Buffer} body */
function member(name, inode, mode, body) {
  const links = 1;
  const nameBytes = Buffer.byteLength(name) + 1;
  const fields = [inode, mode, 0, 0, links, 0, body.length, 0, 0, 0, 0, nameBytes, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`);
  return [header, padding(header.length), body, padding(body.length)];
}

/** Header with name, and body, each end on a multiple of four. @param {number} length */
function padding(length) {
  return Buffer.alloc(-length & 3);
}
