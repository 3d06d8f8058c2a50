# terminal: watch
mkdir -p notes
mount -t tmpfs {{word}} notes
# undo
umount notes
# terminal: main
