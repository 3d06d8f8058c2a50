#!/bin/sh
# Loads a small policy into a kernel that has SELinux and no policy yet, and executes its arguments:
#   node scripts/vm/run.mjs --kernel lsm=selinux -- sh packages/runtime/test/suites/oci/rig/with-selinux.sh \
#     node --import tsx --test packages/runtime/test/suites/oci/selinux.test.ts
# Only there: a machine with a policy would lose it.
set -e
[ -n "$GLASSBOX_IN_VM" ] || { echo "with-selinux.sh: this is for the lab VM alone" >&2; exit 1; }
mount -t selinuxfs none /sys/fs/selinux
checkpolicy -U allow -o /run/selinux-policy "$(dirname "$0")/selinux-policy.conf" >/dev/null
cat /run/selinux-policy >/sys/fs/selinux/load
exec "$@"
