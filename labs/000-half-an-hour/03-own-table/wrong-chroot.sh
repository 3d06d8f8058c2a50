# terminal: watch
unshare --mount chroot merged /bin/sh
# undo
exit
# terminal: main
