cat config.json > plan.txt
# undo
rm plan.txt
