: > merged/etc/hostname
