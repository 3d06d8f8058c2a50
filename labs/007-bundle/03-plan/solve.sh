glassrun plan > plan.txt
