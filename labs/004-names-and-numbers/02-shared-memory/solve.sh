unshare --ipc bash
ipcmk --shmem {{bytes}}
