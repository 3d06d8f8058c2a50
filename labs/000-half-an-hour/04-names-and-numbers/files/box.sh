# Makes the surroundings of a container, and becomes the shell in it.
# Run it in new namespaces: unshare --mount --uts --ipc --pid --fork sh box.sh

set -e                          # stop at the first error
[ $$ = 1 ]                      # only as number 1 of a PID namespace, never on the machine itself
hostname {{name}}
cd merged
mkdir -p old
[ -e dev/zero ] || mknod dev/zero c 1 5   # the only device it gets
pivot_root . old                # another root
/bin/mount -t proc proc /proc   # a /proc with only its own processes
/bin/umount -l /old             # let go of the machine's files
exec /bin/sh
