rmdir $CG/{{box}}
