# terminal: watch
chroot bundle/rootfs sleep {{visitor}}
# undo
# key: C-c
# terminal: main
