# terminal: watch
chroot rootfs /bin/sh
# undo
exit
# terminal: main
