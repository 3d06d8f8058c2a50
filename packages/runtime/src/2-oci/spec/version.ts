/** The version of the runtime-spec that this runtime speaks: what Debian 12's runc and containerd speak. */
export const OCI_VERSION = "1.0.2";
