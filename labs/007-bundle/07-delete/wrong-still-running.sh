glassrun delete {{box}}
