rm merged/etc/hostname
