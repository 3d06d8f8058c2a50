cd bundle
glassrun spec
