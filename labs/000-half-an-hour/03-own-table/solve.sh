unshare --mount bash
cd merged; mkdir -p old
pivot_root . old
exec /bin/sh
mount -t proc proc /proc; umount -l /old
