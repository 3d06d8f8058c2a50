# terminal: watch
mkdir -p port; mount -t tmpfs port port
mount --make-shared port
# terminal: main
exit
unshare --mount --propagation unchanged bash
mkdir port/leak; mount -t tmpfs {{word}} port/leak
