rm -r merged/usr/*
