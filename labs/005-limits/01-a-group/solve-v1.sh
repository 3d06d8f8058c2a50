mkdir {$CG_MEMORY,$CG_PIDS,$CG_CPU,$CG_FREEZER}/{{box}}
sleep {{seconds}} &
echo $! | tee {$CG_MEMORY,$CG_PIDS,$CG_CPU,$CG_FREEZER}/{{box}}/cgroup.procs
