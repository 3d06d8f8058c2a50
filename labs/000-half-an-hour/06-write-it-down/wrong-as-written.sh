# terminal: watch
glassrun spec
# undo
rm config.json
# terminal: main
