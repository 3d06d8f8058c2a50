mkdir -p merged
mount --bind rootfs merged
# undo
umount merged
