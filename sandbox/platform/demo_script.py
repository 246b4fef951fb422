"""The script that Register leaves in the caller's bucket: one musicBeat job, its input path left open."""

from string import Template

INPUT_PATH = "file_path_to_root"  # what the guide's own demo leaves open (source: seed)

_TEXT = Template('''\
"""Asks TMP for the beats of one song. INPUT_PATH is the song's path from the root of your bucket."""

import base64
import email.utils
import hashlib
import hmac
import json
import urllib.request

API_GATE_SOURCE = $source
API_GATE_SECRET_ID = $gate_id
API_GATE_SECRET_KEY = $gate_key
URL = $url
TMP_CONTENT_ID = $content_id
TMP_SECRET_ID = $tmp_id
TMP_SECRET_KEY = $tmp_key
INPUT_PATH = $input_path


def signed_headers():
    date = email.utils.formatdate(usegmt=True)
    text = "date: " + date + "\\n" + "source: " + API_GATE_SOURCE
    digest = hmac.new(API_GATE_SECRET_KEY.encode(), text.encode(), hashlib.sha1).digest()
    authorization = 'hmac id="%s", algorithm="hmac-sha1", headers="date source", signature="%s"' % (
        API_GATE_SECRET_ID,
        base64.b64encode(digest).decode(),
    )
    return {
        "Content-Type": "application/json",
        "Authorization": authorization,
        "Date": date,
        "Source": API_GATE_SOURCE,
    }


if __name__ == "__main__":
    job = {
        "customId": "musicBeat",
        "inputs": [{"source": {"contentId": TMP_CONTENT_ID, "path": INPUT_PATH}}],
        "outputs": [
            {
                "contentId": TMP_CONTENT_ID,
                "destination": "/output/musicBeat",
                "inputSelectors": [0],
                "smartContentDescriptor": {
                    "musicBeat": {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}
                },
            }
        ],
    }
    body = {
        "action": "CreateJob",
        "secretId": TMP_SECRET_ID,
        "secretKey": TMP_SECRET_KEY,
        "createJobRequest": job,
    }
    request = urllib.request.Request(URL, json.dumps(body).encode(), signed_headers())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    print(opener.open(request).read().decode())
''')


def demo_script(**constants: str) -> bytes:
    """The script's text; `constants`: source, gate_id, gate_key, url, content_id, tmp_id, tmp_key."""
    quoted = {name: repr(value) for name, value in constants.items()}
    return _TEXT.substitute(quoted, input_path=repr(INPUT_PATH)).encode()
