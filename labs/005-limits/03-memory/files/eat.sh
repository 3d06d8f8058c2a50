# Joins the group named as its argument, then becomes a program that wants all the memory there is:
# tail keeps the last lines of its input, and /dev/zero has no lines and no end.
set -e              # no group, no eating
ulimit -v 500000    # and no more than 500 MB, should the group have no limit
echo $$ > ${1:?Which group?}/cgroup.procs
exec tail /dev/zero
