/** A root file system for one case: busybox and a name for each program the cases call. Small enough to make anew. */
import { copyFileSync, existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const programs =
  "uniq " +
  "cat chmod chown cut dd df env false grep head hostname id ifconfig ip kill ln ls mkdir mkfifo mknod mount mv nproc " +
  "ping ps pwd readlink rm rmdir sed setsid sh sleep sort stat stty tail test timeout touch tr true tty ulimit umount " +
  "uname usleep wc";

const directories = ["bin", "dev", "etc", "proc", "sys", "tmp", "root", "home", "var"];

/**
 * Fills `path`, which must not exist. The program itself is shared with `path/../../busybox` by a hard link, so that a
 * case costs no copy.
 * @throws Error when this machine has no static busybox
 */
export function makeRootfs(path: string, sharedBusybox: string): void {
  for (const directory of directories) mkdirSync(join(path, directory), { recursive: true, mode: 0o755 });
  if (!existsSync(sharedBusybox)) copyFileSync(findBusybox(), sharedBusybox);
  linkSync(sharedBusybox, join(path, "bin/busybox"));
  for (const program of programs.split(" ")) symlinkSync("busybox", join(path, "bin", program));
  writeFileSync(join(path, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000::/home/guest:/bin/sh\n");
  writeFileSync(join(path, "etc/group"), "root:x:0:\nguest:x:1000:\n");
}

function findBusybox(): string {
  const found = ["/bin/busybox", "/usr/bin/busybox"].find((candidate) => existsSync(candidate));
  if (!found) throw new Error("This suite needs a static busybox: apt-get install busybox-static");
  return found;
}
