mount -t proc proc /proc
