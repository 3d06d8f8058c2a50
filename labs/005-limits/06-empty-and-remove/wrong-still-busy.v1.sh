rmdir $CG_MEMORY/{{box}}
