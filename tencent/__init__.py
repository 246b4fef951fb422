"""The ground floor: what is said to Tencent (TMP gateway and COS bucket) and how; plain Python, no Django."""
