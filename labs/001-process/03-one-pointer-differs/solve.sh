unshare --uts sleep {{boxed}} &
