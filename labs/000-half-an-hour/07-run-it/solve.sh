glassrun run {{box}}
