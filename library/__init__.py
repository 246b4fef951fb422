"""Second floor: the files of an account's bucket; no models, the bucket is the truth."""
