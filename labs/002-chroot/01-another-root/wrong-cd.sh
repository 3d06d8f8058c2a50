cd rootfs
# undo
cd ..
