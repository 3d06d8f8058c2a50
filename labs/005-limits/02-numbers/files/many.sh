# Joins the group named as its argument, then starts twenty processes.
set -e # not outside of the group
echo $$ > ${1:?Which group?}/cgroup.procs
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  sleep 3 &
done
wait
