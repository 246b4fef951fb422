"""The bucket: what COS answers, over files in a folder. `app` is the way in."""
