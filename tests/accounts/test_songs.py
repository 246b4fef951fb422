"""Songs on their way into a bucket: what is taken, by what name, and what is refused with which sentence."""

from __future__ import annotations

import io
import math
import re
import struct
import wave
from contextlib import contextmanager

import numpy
import pytest
import soundfile
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import RequestFactory

from accounts.clients import bucket_for
from accounts.models import Song
from accounts.sniffing import AAC, FLAC, M4A, MP3, OGG, WAV, clean_name, seconds_of, sniff
from accounts.songs import SongRefused, display_name, names_for, store_song
from accounts.uploads import too_large
from tencent.errors import BucketError
from tests.factories import make_account

RATE = 22050


def tone(seconds=1.0):
    return numpy.sin(numpy.arange(int(RATE * seconds)) * 0.05) * 0.5


def encoded(kind, seconds=1.0, **options):
    out = io.BytesIO()
    soundfile.write(out, tone(seconds), RATE, format=kind, **options)
    return out.getvalue()


def wav(seconds=1.0):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        samples = (int(8000 * math.sin(at * 0.05)) for at in range(int(RATE * seconds)))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


def adts(frames=3, length=32):
    """Frames of silence with valid ADTS headers, 44.1 kHz stereo."""
    head = bytes([0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return (head + bytes(length - 7)) * frames


def id3(size):
    digits = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + digits + bytes(size)


SOUNDS = {
    "wav": (wav, WAV),
    "flac": (lambda: encoded("FLAC"), FLAC),
    "vorbis": (lambda: encoded("OGG", subtype="VORBIS"), OGG),
    "opus": (lambda: ogg_opus(), OGG),
    "mp3": (lambda: encoded("MP3"), MP3),
    "mp3 behind a tag": (lambda: id3(3000) + encoded("MP3"), MP3),
    "mp3 behind a large picture": (lambda: id3(200_000) + encoded("MP3"), MP3),
    "mp3 behind a tag and padding": (lambda: id3(300) + bytes(2000) + encoded("MP3"), MP3),
    "flac behind a tag": (lambda: id3(300) + encoded("FLAC"), FLAC),
    "aac": (adts, AAC),
    "m4a": (lambda: b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + bytes(200), M4A),
    "mp4": (lambda: b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(200), M4A),
}

NO_SOUNDS = {
    "text": b"These are the lyrics, not the song.\n" * 200,
    "utf-16 text": ("\ufeff" + "歌词 lyrics " * 400).encode("utf-16-le"),
    "html": b"<!doctype html><title>404</title>" * 50,
    "json": b'{"beats": []}',
    "png": b"\x89PNG\r\n\x1a\n" + bytes(500),
    "zip": b"PK\x03\x04" + bytes(500),
    "photograph": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
    "avi": b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(200),
    "film in ogg": b"OggS\0\x02" + bytes(22) + b"\x80theora" + bytes(200),
    "noise": bytes((at * at * 31 + at * 7) & 0xFF for at in range(9000)),
    "zeros": bytes(9000),
    "one byte": b"\xff",
    "only a tag": id3(40),
    "one sync word": b"\xff\xfb\x90\x00" + b"words " * 300,
}


def ogg_opus():
    out = io.BytesIO()
    soundfile.write(out, tone(), 24000, format="OGG", subtype="OPUS")
    return out.getvalue()


def upload(content, name="song.mp3"):
    return SimpleUploadedFile(name, content, content_type="audio/mpeg")


@pytest.fixture
def account(at_sandbox, alice):
    return make_account(alice, at_sandbox)


@pytest.mark.parametrize("name", SOUNDS)
def test_sound_is_known_by_its_bytes(name):
    make, kind = SOUNDS[name]
    assert sniff(io.BytesIO(make())) == kind


@pytest.mark.parametrize("name", NO_SOUNDS)
def test_what_is_no_sound_is_not_taken_for_one(name):
    assert sniff(io.BytesIO(NO_SOUNDS[name])) is None


@pytest.mark.parametrize("name", ["wav", "flac", "vorbis", "opus", "mp3"])
def test_the_length_is_read_from_the_header(name):
    make, _ = SOUNDS[name]
    assert seconds_of(io.BytesIO(make())) == pytest.approx(1.0, abs=0.15)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["wav", "mp3", "flac"])
def test_a_song_lands_in_the_bucket_unchanged_under_a_name_of_ours(account, alice, name):
    make, kind = SOUNDS[name]
    content = make()
    song = store_song(account=account, user=alice, file=upload(content, "夜曲 🎵 'live'.mp3"))
    assert re.fullmatch(rf"uploads/\d{{4}}/\d\d/[0-9a-f-]{{36}}\.{kind.extension}", song.path)
    assert bucket_for(account).read(song.path, 10_000_000) == content
    with bucket_for(account).open(song.path) as opened:
        assert opened.headers["content-type"] == kind.content_type
    assert song.name == "夜曲 🎵 'live'.mp3"
    assert (song.size, song.uploader) == (len(content), alice)
    assert song.seconds == pytest.approx(1.0, abs=0.15)


@pytest.mark.django_db
def test_a_large_song_streams_from_disk(account, alice):
    content = wav(30.0)
    with TemporaryUploadedFile("long.wav", "audio/wav", len(content), None) as file:
        file.write(content)
        file.flush()
        song = store_song(account=account, user=alice, file=file)
    assert bucket_for(account).head(song.path).size == len(content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (NO_SOUNDS["text"], "not an audio file"),
        (NO_SOUNDS["png"], "not an audio file"),
        (wav()[:30], "damaged"),
        (b"fLaC" + bytes(100), "damaged"),
        (wav(0.0), "no sound"),
    ],
)
def test_an_unfit_file_is_refused_before_the_bucket_is_touched(account, alice, settings, content, sentence):
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(SongRefused) as caught:
        store_song(account=account, user=alice, file=upload(content))
    assert sentence in str(caught.value.sentence)
    assert not Song.objects.exists()


@pytest.mark.django_db
def test_a_song_beyond_the_limit_is_refused(account, alice, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(SongRefused):
        store_song(account=account, user=alice, file=upload(wav()))


@pytest.mark.django_db
def test_a_bucket_that_is_away_leaves_no_song_behind(account, alice, settings):
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    with pytest.raises(BucketError):
        store_song(account=account, user=alice, file=upload(wav()))
    assert not Song.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd.mp3", "passwd.mp3"),
        ("C:\\Music\\夜曲.mp3", "夜曲.mp3"),
        ('it\'s "live" <b>.mp3', 'it\'s "live" <b>.mp3'),
        ("👨‍👩‍👧 family.mp3", "👨‍👩‍👧 family.mp3"),
        ("%22live%22.mp3", '"live".mp3'),
        ("evil\u202e3pm.exe", "evil3pm.exe"),
        ("line\r\nbreak\0\x1b.mp3", "linebreak.mp3"),
        ("e\u0301tude.mp3", "étude.mp3"),
        ("..", "song.mp3"),
        ("", "song.mp3"),
        ("/", "song.mp3"),
        ("\ud800.mp3", ".mp3"),
        ("a" * 400 + ".mp3", "a" * 251 + ".mp3"),
        ("曲" * 400, "曲" * 255),
    ],
)
def test_a_persons_name_is_kept_as_far_as_it_can_be_shown(typed, kept):
    assert clean_name(typed, fallback="song.mp3") == kept


@pytest.mark.django_db
def test_objects_are_called_by_the_name_their_person_knew(alice):
    account, other = make_account(alice), make_account(alice)
    Song.objects.create(account=account, path="uploads/1.mp3", name="夜曲.mp3", size=1)
    assert display_name(account, "uploads/1.mp3") == "夜曲.mp3"
    assert display_name(other, "uploads/1.mp3") == "1.mp3"
    assert display_name(account, "output/musicBeat/") == "musicBeat"
    assert names_for(account, ["uploads/1.mp3", "x"]) == {"uploads/1.mp3": "夜曲.mp3"}


@pytest.fixture
def capped(settings):
    settings.UPLOAD_MAX_BYTES = 100_000


@contextmanager
def posted(*sizes):
    files = [SimpleUploadedFile(f"{size}.mp3", bytes(size)) for size in sizes]
    request = RequestFactory().post("/", {"before": "1", "file": files, "later": "2"})
    yield request
    request.close()


@pytest.mark.usefixtures("capped")
def test_a_file_beyond_the_limit_is_dropped_while_it_arrives_and_named():
    with posted(100_001, 3_000_000, 100_000, 5) as request:
        assert sorted(file.size for file in request.FILES.getlist("file")) == [5, 100_000]
        assert too_large(request) == ["100001.mp3", "3000000.mp3"]
        assert (request.POST["before"], request.POST["later"]) == ("1", "2")


@pytest.mark.usefixtures("capped")
def test_files_within_the_limit_arrive_whole():
    with posted(70_000) as request:
        assert request.FILES["file"].read() == bytes(70_000)
        assert too_large(request) == []
