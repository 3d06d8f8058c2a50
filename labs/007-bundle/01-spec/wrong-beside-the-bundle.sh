glassrun spec
# undo
rm config.json
