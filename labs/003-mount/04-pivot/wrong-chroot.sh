# terminal: watch
unshare --mount chroot rootfs /bin/sh
# undo
exit
# terminal: main
