glassrun state {{box}}
