# terminal: watch
mkdir -p port; mount -t tmpfs port port
mount --make-shared port
# terminal: main
exit
unshare --mount bash
mkdir port/leak; mount -t tmpfs {{word}} port/leak
# undo
umount port/leak; rmdir port/leak
# terminal: watch
umount port
# terminal: main
