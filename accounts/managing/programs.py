"""Programs that do without the portal what it does: they read their keys from the environment, so they hold
no secret and may be shown, copied and passed on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text


@dataclass(frozen=True, kw_only=True)
class Program:
    """One musicBeat job exactly as in the guide (seed), and the questions about it that the guide lacks."""

    key: str
    title: Text
    file_name: str
    command: str
    text: str


# For bash: `json TEXT`, and `call BODY`, which signs with the variables of the `.env` file.
SHELL_FUNCTIONS = r"""json() { # a text as JSON
  printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

call() { # sends $1 and prints the answer; body and headers stay out of the list of processes
  local date signature scheme='algorithm="hmac-sha1", headers="date source"'
  date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  signature=$(printf 'date: %s\nsource: %s' "$date" "$TMP_SOURCE" |
    openssl dgst -sha1 -hmac "$API_GATE_SECRET_KEY" -binary | openssl base64 -A)
  printf '%s' "$1" | curl --silent --show-error --max-time 60 --data-binary @- \
    -H 'Content-Type: application/json' -H "Date: $date" -H "Source: $TMP_SOURCE" \
    -H @<(printf 'Authorization: hmac id="%s", %s, signature="%s"\n' \
      "$API_GATE_SECRET_ID" "$scheme" "$signature") \
    "$TMP_GATEWAY_URL/job"
}
"""

_CURL = (
    r"""#!/usr/bin/env bash
# Sends one musicBeat job to TMP, as its guide does, and asks about it until it is done.
#   set -a; . ./tmp.env; set +a
#   bash music_beat.sh uploads/song.mp3        (where the song lies in the bucket)
# Needs bash, curl and openssl. While it signs, the other users of this machine can see the gateway key in
# the list of processes; where that matters, take the Python program.
set -euo pipefail

song=${1:?name the song by its path from the root of the bucket}
: "${TMP_GATEWAY_URL:?}" "${TMP_SOURCE:?}" "${TMP_CONTENT_ID:?}" "${TMP_SECRET_ID:?}" "${TMP_SECRET_KEY:?}"
: "${API_GATE_SECRET_ID:?}" "${API_GATE_SECRET_KEY:?}"

"""
    + SHELL_FUNCTIONS
    + r"""
first() { # the first member that looks like $1
  tr -d '\r\n' | { grep -oE "$1" || true; } | sed -n 1p
}

keys="\"secretId\": $(json "$TMP_SECRET_ID"), \"secretKey\": $(json "$TMP_SECRET_KEY")"
content=$(json "$TMP_CONTENT_ID")
answer=$(call "{\"action\": \"CreateJob\", $keys, \"createJobRequest\": {
  \"customId\": \"musicBeat\",
  \"inputs\": [{\"source\": {\"contentId\": $content, \"path\": $(json "$song")}}],
  \"outputs\": [{
    \"contentId\": $content,
    \"destination\": \"/output/musicBeat\",
    \"inputSelectors\": [0],
    \"smartContentDescriptor\": {
      \"musicBeat\": {\"outputType\": 4, \"drumType\": 2, \"enlargeLevel\": 3, \"splitNum\": 3}
    }
  }]
}}")
printf '%s\n' "$answer"
id=$(printf '%s' "$answer" | first '"id": *"[^"]*"' | cut -d '"' -f 4)
if [ -z "$id" ]; then
  # A job costs money, so nothing is sent twice: no answer does not mean that TMP has no job.
  echo 'TMP gave no job id.' >&2
  exit 1
fi

while :; do
  sleep "${TMP_POLL_SECONDS:-5}"
  answer=$(call "{\"action\": \"GetJob\", $keys, \"getJobRequest\": {\"id\": $(json "$id")}}") || continue
  state=$(printf '%s' "$answer" | first '"state": *[0-9]+' | tr -dc 0-9)
  case $state in
    1 | 2) echo "state $state" >&2 ;;
    3) printf '%s\n' "$answer"; exit 0 ;;
    *) printf '%s\n' "$answer"; exit 1 ;;
  esac
done
"""
)

_PYTHON = r'''"""Sends one musicBeat job to TMP, as its guide does, and asks about it until it is done.

    set -a; . ./tmp.env; set +a
    python music_beat.py uploads/song.mp3        (where the song lies in the bucket)

Needs Python 3.8 and nothing else.
"""

import base64
import email.utils
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request

COMPLETED, LIVE = 3, (1, 2)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Signed headers and keys go to the gateway only."""

    def redirect_request(self, *args):
        return None


def signed_headers():
    source = os.environ["TMP_SOURCE"]
    date = email.utils.formatdate(usegmt=True)
    text = "date: %s\nsource: %s" % (date, source)
    digest = hmac.new(os.environ["API_GATE_SECRET_KEY"].encode(), text.encode(), hashlib.sha1).digest()
    authorization = 'hmac id="%s", algorithm="hmac-sha1", headers="date source", signature="%s"' % (
        os.environ["API_GATE_SECRET_ID"],
        base64.b64encode(digest).decode(),
    )
    return {
        "Content-Type": "application/json",
        "Date": date,
        "Source": source,
        "Authorization": authorization,
    }


def call(action, asked):
    """Sends one question and returns the answer; raises OSError when there is none."""
    body = {
        "action": action,
        "secretId": os.environ["TMP_SECRET_ID"],
        "secretKey": os.environ["TMP_SECRET_KEY"],
        action[0].lower() + action[1:] + "Request": asked,
    }
    url = os.environ["TMP_GATEWAY_URL"] + "/job"
    request = urllib.request.Request(url, json.dumps(body).encode(), signed_headers())
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        sys.exit("The gateway says %s: %s" % (refusal.code, refusal.read().decode(errors="replace")))


def create_job(song):
    content_id = os.environ["TMP_CONTENT_ID"]
    return call(
        "CreateJob",
        {
            "customId": "musicBeat",
            "inputs": [{"source": {"contentId": content_id, "path": song}}],
            "outputs": [
                {
                    "contentId": content_id,
                    "destination": "/output/musicBeat",
                    "inputSelectors": [0],
                    "smartContentDescriptor": {
                        "musicBeat": {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3},
                    },
                },
            ],
        },
    )


def wait_for(job_id):
    """The last answer about the job; asking is harmless, so a question without an answer is asked again."""
    while True:
        time.sleep(float(os.environ.get("TMP_POLL_SECONDS", "5")))
        try:
            answer = call("GetJob", {"id": job_id})
        except (OSError, ValueError) as trouble:
            print("no answer: %s" % trouble, file=sys.stderr)
            continue
        state = answer.get("getJobResponse", {}).get("job", {}).get("state")
        if state not in LIVE:
            return answer, state
        print("state %s" % state, file=sys.stderr)


def main():
    if len(sys.argv) != 2:
        sys.exit("Name the song by its path from the root of the bucket.")
    answer = create_job(sys.argv[1])
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    job_id = answer.get("createJobResponse", {}).get("job", {}).get("id")
    if not job_id:
        sys.exit("TMP gave no job id.")
    answer, state = wait_for(job_id)
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    sys.exit(0 if state == COMPLETED else 1)


if __name__ == "__main__":
    main()
'''

PROGRAMS = {
    program.key: program
    for program in (
        Program(
            key="curl",
            title=_("curl and bash"),
            file_name="music_beat.sh",
            command="bash music_beat.sh uploads/song.mp3",
            text=_CURL,
        ),
        Program(
            key="python",
            title="Python",
            file_name="music_beat.py",
            command="python music_beat.py uploads/song.mp3",
            text=_PYTHON,
        ),
    )
}
