mkdir -p notes
mount -t tmpfs {{word}} notes
echo secret > notes/hidden
