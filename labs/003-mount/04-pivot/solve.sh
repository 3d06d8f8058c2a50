exit
unshare --mount bash
mount --bind rootfs rootfs
cd rootfs; mkdir -p old
pivot_root . old
exec /bin/sh
