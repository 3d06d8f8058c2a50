echo THAWED > $CG_FREEZER/{{box}}/freezer.state
kill -9 $(sort -u {$CG_MEMORY,$CG_PIDS,$CG_CPU,$CG_FREEZER}/{{box}}/cgroup.procs)
# Busy is the group until its last process has been cleared away.
for group in {$CG_MEMORY,$CG_PIDS,$CG_CPU,$CG_FREEZER}/{{box}}; do until rmdir $group; do sleep 1; done; done
