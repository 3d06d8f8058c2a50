# terminal: watch
mkdir -p proc
mount -t proc proc proc
# undo
umount proc
rmdir proc
# terminal: main
