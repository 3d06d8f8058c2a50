mkdir -p merged2
mount --bind merged merged2
# undo
umount merged2
