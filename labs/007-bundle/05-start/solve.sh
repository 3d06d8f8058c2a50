glassrun start {{box}}
