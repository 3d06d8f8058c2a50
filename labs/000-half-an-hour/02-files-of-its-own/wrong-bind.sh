# The same look, but a bind mount writes through to rootfs.
# terminal: watch
mkdir -p merged
mount --bind rootfs merged
echo {{word}} > merged/etc/motd
# undo
umount merged
rm rootfs/etc/motd
# terminal: main
