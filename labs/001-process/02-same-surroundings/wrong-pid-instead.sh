echo $! > uts.txt
# undo
rm uts.txt
