pgrep -n -f '^sh spin.sh' > $CG_FREEZER/{{box}}/cgroup.procs
echo FROZEN > $CG_FREEZER/{{box}}/freezer.state
