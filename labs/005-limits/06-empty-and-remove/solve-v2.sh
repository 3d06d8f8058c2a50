echo 1 > $CG/{{box}}/cgroup.kill
sleep 1
rmdir $CG/{{box}}
