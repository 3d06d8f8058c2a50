unshare --mount bash
