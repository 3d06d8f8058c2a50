mkdir $CG_MEMORY/{{box}}
sleep {{seconds}} &
echo $! > $CG_MEMORY/{{box}}/cgroup.procs
# undo
kill $!; sleep 0.2
rmdir $CG_MEMORY/{{box}}
