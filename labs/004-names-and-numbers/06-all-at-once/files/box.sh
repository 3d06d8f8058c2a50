# Makes the surroundings of a container, and becomes the shell in it.
# Run it in new namespaces: unshare --mount --uts --ipc --pid --fork sh box.sh

hostname {{name}}             # a name of its own (UTS namespace)
mount --bind rootfs rootfs    # pivot_root takes only a mount
cd rootfs
mkdir -p old
pivot_root . old              # another root (mount namespace)
/bin/mount -t proc proc /proc # only its own processes (PID namespace)
/bin/umount -l /old           # let go of the host's files
exec /bin/sh
