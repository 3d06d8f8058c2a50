echo "10.0.0.1 {{word}}" >> rootfs/etc/hosts
# undo
sed -i '/{{word}}/d' rootfs/etc/hosts
