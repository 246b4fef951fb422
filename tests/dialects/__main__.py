"""The command of `make dialects`: `python -m tests.dialects [name=setting ...]`; --help says the rest."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.dialects.running import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
