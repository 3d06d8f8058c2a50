echo THAWED > $CG_FREEZER/{{box}}/freezer.state
kill -9 $(sort -u {$CG_MEMORY,$CG_PIDS,$CG_CPU,$CG_FREEZER}/{{box}}/cgroup.procs)
sleep 1
rmdir {$CG_MEMORY,$CG_PIDS,$CG_CPU,$CG_FREEZER}/{{box}}
