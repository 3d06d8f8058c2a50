glassrun create {{box}}
