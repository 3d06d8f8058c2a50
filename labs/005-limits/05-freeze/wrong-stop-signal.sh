kill -STOP $!
# undo
kill -CONT $!
