rm -r merged/usr
mkdir merged/usr
