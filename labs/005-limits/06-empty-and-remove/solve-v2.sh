echo 1 > $CG/{{box}}/cgroup.kill
# Busy is the group until its last process has been cleared away.
until rmdir $CG/{{box}}; do sleep 1; done
