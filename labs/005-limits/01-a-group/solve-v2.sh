mkdir $CG/{{box}}
sleep {{seconds}} &
echo $! > $CG/{{box}}/cgroup.procs
