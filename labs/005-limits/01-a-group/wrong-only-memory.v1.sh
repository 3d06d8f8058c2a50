mkdir $CG_MEMORY/{{box}}
sleep {{seconds}} &
echo $! > $CG_MEMORY/{{box}}/cgroup.procs
# undo
kill $!; wait $!
until rmdir $CG_MEMORY/{{box}}; do sleep 1; done
