mkdir $CG/{{box}}
sleep {{seconds}} &
# undo
kill $!
rmdir $CG/{{box}}
