glassrun run --detach {{box}}
# undo
glassrun delete --force {{box}}
