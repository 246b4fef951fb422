"""The portal's own settings over a data folder that ends with the test run."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="tmp-portal-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["TMPPORTAL_DATA"] = _folder
# Those of the environment count; those of a person's .env are not for tests to play with.
for _name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.setdefault(_name, "")

from tmpportal.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages name static files without collecting them first; journeys and the browser use the collected ones.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
# WhiteNoise warns of a folder that is not there, and warnings are errors here.
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
