unshare --uts bash
hostname {{name}}
