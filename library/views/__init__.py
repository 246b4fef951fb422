"""The library's pages: listings in `browse`, bytes in `files`."""
