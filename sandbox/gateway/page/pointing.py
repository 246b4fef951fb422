"""How to point things at this sandbox: lines to paste, with secrets only as names of shell variables."""

from sandbox.gateway.page.parts import Say, copyable, filled, folded, section
from sandbox.gateway.page.place import Place

REGISTER = """\
answer=$(curl -sX POST $GATEWAY/register -H 'Content-Type: application/json' -d '{
  "requestId": "hello", "action": "Register", "registerRequest": {
    "operateUin": "100000000001", "userName": "demo", "cosConfig": {
      "secretId": "'$secret_id'", "secretKey": "'$secret_key'",
      "bucket": "'$bucket'", "region": "'$region'"}}}')
eval "$(printf %s "$answer" | python3 -c 'import json, shlex, sys
for name, value in json.load(sys.stdin)["registerInfo"].items():
    print(name + "=" + shlex.quote(str(value)))')"
"""
SONG = """\
curl -sX POST $GATEWAY/_control/buckets -H 'Content-Type: application/json' \\
  -d '{"bucket": "'$bucket'", "acl": "public-read-write"}'
curl -T song.mp3 $STORE/$bucket/song.mp3
"""
CALL = """\
tmp() {
  source=100000000001_demo
  date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  signature=$(printf 'date: %s\\nsource: %s' "$date" "$source" |
    openssl dgst -sha1 -hmac "$apiGateSecretKey" -binary | base64)
  curl -sX POST $GATEWAY/job -H "Date: $date" -H "Source: $source" \\
    -H "Authorization: hmac id=\\"$apiGateSecretId\\", algorithm=\\"hmac-sha1\\", \\
headers=\\"date source\\", signature=\\"$signature\\"" -H 'Content-Type: application/json' \\
    -d '{"action": "'$1'", "secretId": "'$tmpSecretId'", "secretKey": "'$tmpSecretKey'", '"$2"'}'
}
job=$(tmp CreateJob '"createJobRequest": {"customId": "first",
  "inputs": [{"source": {"contentId": "'$tmpContentId'", "path": "song.mp3"}}],
  "outputs": [{"contentId": "'$tmpContentId'", "destination": "/output", "inputSelectors": [0],
    "smartContentDescriptor": {"musicBeat": {"outputType": 1}}}]}' |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["createJobResponse"]["job"]["id"])')
tmp GetJob '"getJobRequest": {"id": "'$job'"}'
"""
DEMO = """\
curl -s $STORE/$bucket/100000000001_demo/run_musicBeat.py |
  sed 's|file_path_to_root|song.mp3|' > run_musicBeat.py
python3 run_musicBeat.py
"""
GUIDE = """\
sed -e 's|^URL = .*|URL = "$GATEWAY/job"|' -e 's|file_path_to_root|song.mp3|' \\
  -e 's|"uin_userName"|"100000000001_demo"|' -e 's|= "tmpContentId"|= "'$tmpContentId'"|' \\
  -e 's|= "apiSecretId"|= "'$apiGateSecretId'"|' -e 's|= "apiSecretKey"|= "'$apiGateSecretKey'"|' \\
  -e 's|= "tmpSecretId"|= "'$tmpSecretId'"|' -e 's|= "tmpSecretKey"|= "'$tmpSecretKey'"|' \\
  guide.py > run_guide.py
python3 run_guide.py
"""
SDK = """\
python3 - <<END
from qcloud_cos import CosConfig, CosS3Client
client = CosS3Client(CosConfig(Region="$region", SecretId="$secret_id", SecretKey="$secret_key",
    Scheme="http", Domain="$ENDPOINT/$bucket", ServiceDomain="$ENDPOINT"))
client.upload_file(Bucket="$bucket", Key="song.mp3", LocalFilePath="song.mp3")
print(client.get_presigned_url(Method="GET", Bucket="$bucket", Key="song.mp3"))
END
"""
PORTAL = """\
export TMPPORTAL_SANDBOX_GATEWAY=$GATEWAY TMPPORTAL_SANDBOX_STORE=$STORE
export TMPPORTAL_SANDBOX_BUCKET=$bucket TMPPORTAL_SANDBOX_REGION=$region
export TMPPORTAL_SANDBOX_SECRET_ID=$secret_id TMPPORTAL_SANDBOX_SECRET_KEY=$secret_key
python manage.py portal
"""
TESTS = """\
import pytest
from sandbox.assembly import Sandbox


@pytest.fixture
def tmp(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        yield sandbox


def test_a_lost_answer_makes_no_second_job(tmp):
    account = tmp.register("demo")
    tmp.fault("lost_reply", action="CreateJob")  # the next one is accepted, and its answer lost
    # Your client comes here, with tmp.gateway.url, account.gate_id, account.gate_key, account.tmp_id ...
    assert [entry["kind"] for entry in tmp.ledger].count("create_job") <= 1
"""


def section_of(place: Place, say: Say, *, opened: bool) -> str:
    """The section, with one fold for each thing that can be pointed here; the first may be `opened`."""

    def lines(template: str) -> str:
        return copyable(filled(template, GATEWAY=place.gateway, STORE=place.store, ENDPOINT=place.endpoint))

    def step(words: str, template: str) -> str:
        return f"<p>{say(words)}</p>{lines(template)}"

    intro = say(
        "The lines below are for a shell that knows what the sandbox printed at its start: paste those lines"
        " into it first (gateway=, store=, bucket=, region=, secret_id=, secret_key=)."
    )
    curl = (
        step("Register, and keep the keys of the answer in the shell:", REGISTER)
        + step("Let curl into the bucket without a signature, and put a song there:", SONG)
        + step("Sign calls: create a job, and look at it:", CALL)
    )
    demo = step("After the first two steps of curl: Register left a script in the bucket.", DEMO) + step(
        "The guide's own template, saved as guide.py, with your values in it:", GUIDE
    )
    sdk = step("cos-python-sdk-v5, whose signed addresses then open in a browser, too:", SDK)
    portal = step("TMP Portal, in a shell of its own. Its wizard then offers this sandbox:", PORTAL)
    tests = step("A sandbox of its own for each test, in the test's process, on free ports:", TESTS)
    folds = (
        folded("curl", curl, group="point", opened=opened),
        folded(say("The guide's demo"), demo, group="point"),
        folded("COS SDK", sdk, group="point"),
        folded("TMP Portal", portal, group="point"),
        folded(say("Your tests"), tests, group="point"),
    )
    return section("point", say("Point something at it"), f"<p>{intro}</p>{''.join(folds)}")
