# terminal: watch
ipcmk --shmem {{bytes}}
# undo
ipcrm --shmem-id $(ipcs --shmems | awk '$5 == {{bytes}} { print $2 }')
# terminal: main
