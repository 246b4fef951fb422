"""The island: stands in for Tencent's gateway and bucket, so that the portal can be tried without either."""
