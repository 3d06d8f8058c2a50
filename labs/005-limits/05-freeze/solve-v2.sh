echo 1 > $CG/{{box}}/cgroup.freeze
