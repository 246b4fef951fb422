"""Keeps keys that lie in a bucket's files from being given out: every way to a file's bytes leads through.

`search` finds secrets in bytes, `stored` knows which ones to look for, `verdicts` remembers what was found
in which object, `places` where TMP writes keys, `doors` opens an object only after all that.
"""
