"""Plays composed songs: soundfonts through fluidsynth, recorded drum kits, and a voice of our own."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from training.beats.composing import Hit, Note, Song
from training.beats.kits import Kit
from training.beats.voice import sing

RATE = 22_050
SOUNDS = Path("/usr/share/sounds")
Sound = NDArray[np.float32]
SOUNDFONTS = {  # and how often each plays
    "sf2/FluidR3_GM.sf2": 0.3,
    "sf2/TimGM6mb.sf2": 0.3,
    "sf3/MuseScore_General_Lite.sf3": 0.25,
    "sf2/OPL-3_FM_128M.sf2": 0.1,
}
HELD_SOUNDFONTS = {"sf2/sf_GMbank.sf2": 1.0}
# Melodic presets that are drums, one key a drum as in General MIDI.
KITS = ("sf2/Black_Pearl_4_LV2.sf2", "sf2/Red_Zeppelin_4_LV2.sf2")
HELD_KITS = ("ForzeeStereo", "sonic-pi electric")
MIDI_DRUMS = {
    "K": (36, 35), "S": (38, 40), "R": (37,), "C": (39,), "H": (42,), "O": (46,), "P": (44,),
    "D": (51, 59), "B": (53,), "T": (45, 47), "U": (41, 43), "V": (48, 50), "Y": (56,), "M": (70, 82),
    "G": (54,), "Q": (63, 62, 64), "L": (75,), "W": (60, 61), "J": (49, 57),
}  # fmt: skip
DRUM_PROGRAMS = (0, 0, 0, 8, 16, 24, 25, 32, 40)
DRUM_CHANNEL = 9
CHANNELS = {"bass": 0, "comp": 1, "pad": 2, "lead": 3}


@dataclass(frozen=True, kw_only=True)
class Stems:
    """What was played, one channel each at RATE, all of the same length."""

    drums: Sound
    music: Sound
    voice: Sound


class Studio:
    """Plays songs. What is held back plays only where nothing is learned."""

    def __init__(self, kits: list[Kit], *, held: bool = False) -> None:
        fonts = HELD_SOUNDFONTS if held else SOUNDFONTS
        self.soundfonts = [SOUNDS / name for name in fonts]
        self.liked = np.array(list(fonts.values())) / sum(fonts.values())
        self.kits = [kit for kit in kits if (kit.name in HELD_KITS) == held]
        self.held = held

    def play(self, song: Song, seed: int) -> Stems:
        """All stems of a song."""
        chance = np.random.default_rng((seed, 33))
        frames = int(song.seconds * 10) * RATE // 10
        sings = chance.random() < 0.35
        instruments = [note for note in song.notes if not (sings and note.part == "lead")]
        music = self._synth(_played(song, instruments), self._soundfont(chance), frames)
        voice = (
            sing([note for note in song.notes if note.part == "lead"], frames, chance)
            if sings
            else np.zeros(frames, np.float32)
        )
        if not song.hits:
            drums = np.zeros(frames, np.float32)
        elif self.kits and chance.random() < 0.55:
            drums = self.kits[int(chance.integers(len(self.kits)))].play(song.hits, frames, chance)
        else:
            program, soundfont, channel = (
                int(chance.choice(DRUM_PROGRAMS)),
                self._soundfont(chance),
                DRUM_CHANNEL,
            )
            if not self.held and chance.random() < 0.2:
                program, soundfont, channel = 0, SOUNDS / str(chance.choice(KITS)), 0
            drums = self._synth(_drummed(song.hits, program, channel, chance), soundfont, frames)
        return Stems(drums=drums, music=music, voice=voice)

    def _soundfont(self, chance: np.random.Generator) -> Path:
        return self.soundfonts[int(chance.choice(len(self.soundfonts), p=self.liked))]

    def _synth(self, midi: mido.MidiFile, soundfont: Path, frames: int) -> Sound:
        with tempfile.TemporaryDirectory() as folder:
            score, wave = Path(folder) / "song.mid", Path(folder) / "song.wav"
            midi.save(score)
            command = [
                "fluidsynth",
                "-ni",
                "-q",
                "-F",
                wave,
                "-r",
                "44100",
                "-g",
                "0.6",
                "-R",
                "0",
                "-C",
                "0",
                "-o",
                "synth.dynamic-sample-loading=1",
                soundfont,
                score,
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            samples, _ = soundfile.read(wave, dtype="float32", frames=2 * frames)
        mono = resample_poly(samples.mean(axis=1), 1, 2)[:frames].astype(np.float32)
        return np.pad(mono, (0, frames - len(mono)))


def _played(song: Song, notes: list[Note]) -> mido.MidiFile:
    messages = [
        (0.0, 0, mido.Message("program_change", channel=channel, program=song.programs[part]))
        for part, channel in CHANNELS.items()
    ]
    for note in notes:
        channel, end = CHANNELS[note.part], note.start + note.length
        messages.append(
            (note.start, 2, mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.loudness))
        )
        messages.append((end, 1, mido.Message("note_off", channel=channel, note=note.pitch)))
    return _file(messages)


def _drummed(hits: list[Hit], program: int, channel: int, chance: np.random.Generator) -> mido.MidiFile:
    messages = [(0.0, 0, mido.Message("program_change", channel=channel, program=program))]
    usual = {drum: int(chance.choice(numbers)) for drum, numbers in MIDI_DRUMS.items()}
    for hit in hits:
        number = int(chance.choice(MIDI_DRUMS[hit.drum])) if hit.drum in "QWTUV" else usual[hit.drum]
        messages.append(
            (hit.start, 2, mido.Message("note_on", channel=channel, note=number, velocity=hit.loudness))
        )
        messages.append((hit.start + 0.3, 1, mido.Message("note_off", channel=channel, note=number)))
    return _file(messages)


def _file(messages: list[tuple[float, int, mido.Message]]) -> mido.MidiFile:
    """A MIDI file at 1000 ticks a second, of (seconds, order among what is at once, message)."""
    file, track, now = mido.MidiFile(ticks_per_beat=500), mido.MidiTrack(), 0
    file.tracks.append(track)
    for time, _, message in sorted(messages, key=lambda each: each[:2]):
        tick = max(now, round(time * 1000))
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=500))
    return file
