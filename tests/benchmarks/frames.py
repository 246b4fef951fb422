"""How many frames a second the player draws while it moves, beside wavesurfer with its regions plugin.

One Chromium, one five-minute song, 1,000 beats; the same movement for both by the browser's own frames. Where
frames are lost: with the processor four times slower, as for the pages' slow visit.
"""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.demo_process import ROOT
from tests.songs import clicks

SONG_SECONDS, BEATS = 300.0, 1_000
PEAKS_PER_SECOND = 100
ROUNDS, SECONDS = 3, 3.0
SLOWER = 4
SIZE = {"width": 1280, "height": 800}
# The display's own rate would hide how much time is left of a frame.
FREE = ("--disable-frame-rate-limit", "--disable-gpu-vsync")
MODULES = ROOT / "node_modules"
SHEETS = ("tokens", "base", "buttons", "forms", "menus", "components", "player")

# Moves `step(seconds since the start)` with every frame; answers frames per second, 0 where nothing moved.
RUN = """([kind, seconds]) => new Promise((resolve) => {
    const begun = performance.now();
    const places = new Set();
    let frames = 0;
    const tick = () => {
        const passed = (performance.now() - begun) / 1000;
        window.move[kind](passed);
        places.add(window.place());
        frames += 1;
        if (passed < seconds) requestAnimationFrame(tick);
        else resolve(places.size > frames / 2 ? frames / passed : 0);
    };
    requestAnimationFrame(tick);
})"""
# To and fro between 0 and 1, once in four seconds.
MOVES = """
    const sway = (passed) => Math.abs(((passed / 2) % 2) - 1);
    const level = (passed) => 20 * 10 ** (1 - sway(passed));
"""
OURS = """
    const stage = document.querySelector("[data-player-stage]");
    const scroller = document.querySelector("[data-player-scroller]");
    let now = scroller.clientWidth / DURATION;
    function zoom(pixelsPerSecond) {
        const deltaY = -Math.log(pixelsPerSecond / now) / 0.004;
        const clientX = stage.getBoundingClientRect().left + stage.clientWidth / 2;
        stage.dispatchEvent(new WheelEvent("wheel", { ctrlKey: true, cancelable: true, deltaY, clientX }));
        now = pixelsPerSecond;
    }
    zoom(100);
    window.place = () => scroller.scrollLeft + scroller.scrollWidth;
    window.move = {
        scroll: (passed) => (scroller.scrollLeft = passed * 400),
        zoom: (passed) => zoom(level(passed)),
    };
"""
THEIRS = """
    window.place = () => surfer.getScroll() + surfer.getWrapper().scrollWidth;
    window.move = {
        scroll: (passed) => surfer.setScroll(passed * 400),
        zoom: (passed) => surfer.zoom(level(passed)),
    };
"""
PLAIN = """<!doctype html><meta charset="utf-8"><body><div id="wave"></div><script type="module">
    import WaveSurfer from "/modules/wavesurfer.js/dist/wavesurfer.esm.js";
    import Regions from "/modules/wavesurfer.js/dist/plugins/regions.esm.js";
    const song = await (await fetch("/song.json")).json();
    const regions = Regions.create();
    const { peaks, duration } = song;
    const look = { container: "#wave", height: 240, minPxPerSec: 100, plugins: [regions] };
    const surfer = WaveSurfer.create({ url: "/song.wav", peaks: [peaks], duration, ...look });
    surfer.on("ready", () => {
        const mark = { drag: false, resize: false, color: "#f0581f" };
        for (const { time } of song.markers) regions.addRegion({ start: time, ...mark });
        window.surfer = surfer;
        document.body.dataset.ready = "";
    });
</script>"""


class _Files(SimpleHTTPRequestHandler):
    """The pages, and the folders that they take their scripts from."""

    folders = {"static": ROOT / "static", "modules": MODULES}

    def translate_path(self, path: str) -> str:
        first, _, rest = path.split("?")[0].lstrip("/").partition("/")
        return str(self.folders[first] / rest) if first in self.folders else super().translate_path(path)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def _served() -> Iterator[str]:
    """The address of a folder with both pages, the song and its outline."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=name))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _write(folder: Path) -> None:
    step = SONG_SECONDS / (BEATS + 1)
    markers = [
        {"time": (n + 1) * step, "label": "", "strength": 0.5 + 0.5 * math.sin(n), "downbeat": n % 4 == 0}
        for n in range(BEATS)
    ]
    count = int(SONG_SECONDS * PEAKS_PER_SECOND)
    peaks = [round(abs(math.sin(n / 7) * math.sin(n / 911)), 3) for n in range(count)]
    song = {"bpm": 60 / step, "markers": markers, "regions": []}
    outline = {"peaks": peaks, "duration": SONG_SECONDS}
    (folder / "song.wav").write_bytes(clicks(SONG_SECONDS, 60 / step, rate=8000))
    (folder / "song.json").write_text(json.dumps(outline | song))
    (folder / "ours.html").write_text(_our_page(song))
    (folder / "theirs.html").write_text(PLAIN)


def _our_page(song: dict[str, Any]) -> str:
    """The player's own template and scripts, as the result page has them."""
    import django
    from django.template.loader import render_to_string
    from django.utils.html import json_script

    django.setup()
    player = {
        "audio_url": "/song.wav",
        "duration": SONG_SECONDS,
        "peaks_url": "/song.json",
        "result_json_id": "song",
        "tracks": [{"label": "Song", "url": "/song.wav"}],
        "lanes": ["strength", "tempo"],
        "count": BEATS,
    }
    sheets = "".join(f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in SHEETS)
    body = render_to_string("components/_player.html", {"player": player})
    return (
        f'<!doctype html><html data-js><meta charset="utf-8">{sheets}<body>{json_script(song, "song")}{body}'
    )


def _frames(browser: Any, url: str, kind: str, *, is_ours: bool, slower: int) -> float:
    """Frames per second of a fresh page while it moves."""
    page = browser.new_page(viewport=SIZE)
    talk = page.context.new_cdp_session(page)
    page.goto(f"{url}/{'ours' if is_ours else 'theirs'}.html")
    ready = "[data-player][data-ready] [data-player-loading][hidden]" if is_ours else "body[data-ready]"
    page.wait_for_selector(ready, state="attached")
    moves = (OURS if is_ours else THEIRS).replace("DURATION", str(SONG_SECONDS))
    page.evaluate(f"() => {{ {MOVES} {moves} }}")
    page.wait_for_timeout(300)
    talk.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    told = float(page.evaluate(RUN, [kind, SECONDS]))
    page.close()
    return told


def measure(
    launch: Callable[..., Any], url: str, flags: tuple[str, ...], *, slower: int = 1
) -> dict[tuple[str, bool], list[float]]:
    """Frames per second by movement and player, a round after the other, in one Chromium."""
    rounds: dict[tuple[str, bool], list[float]] = {}
    with launch(flags) as browser:
        for _ in range(ROUNDS):
            for kind in ("scroll", "zoom"):
                for is_ours in (True, False):
                    told = _frames(browser, url, kind, is_ours=is_ours, slower=slower)
                    rounds.setdefault((kind, is_ours), []).append(told)
    return rounds


def main() -> dict[str, float]:
    """Print and return the figures."""
    from tests.browser.chromium import launch, playing

    print(f"# frames: {BEATS} beats in {SONG_SECONDS:.0f} s, medians of {ROUNDS} rounds in turn")
    figures: dict[str, float] = {}
    with _served() as url, playing() as playwright:
        start = partial(launch, playwright)
        slow = measure(start, url, FREE, slower=SLOWER)
        free, shown = (measure(start, url, flags) for flags in (FREE, ()))
    for kind in ("scroll", "zoom"):
        figures[f"result_{kind}_fps_vs_regions"] = _ratio(slow, kind)
        figures[f"result_{kind}_fps_vs_regions_full_speed"] = _ratio(free, kind)
        figures[f"result_{kind}_fps"] = median(shown[kind, True])
        figures[f"result_{kind}_fps_regions"] = median(shown[kind, False])
        print(
            f"# {kind}: {_words(shown, kind)}; without the display's bound: {_words(free, kind)}; "
            f"{SLOWER} times slower: {_words(slow, kind)}"
        )
    for name, value in figures.items():
        print(f"{name}={value:.3f}", flush=True)
    return figures


def _ratio(rounds: dict[tuple[str, bool], list[float]], kind: str) -> float:
    return median(rounds[kind, True]) / median(rounds[kind, False])


def _words(rounds: dict[tuple[str, bool], list[float]], kind: str) -> str:
    ours, theirs = (" ".join(f"{told:.0f}" for told in rounds[kind, is_ours]) for is_ours in (True, False))
    return f"player {ours}, regions {theirs}"


if __name__ == "__main__":
    # The engine's benchmarks, which start this one, have others: here static files keep their names.
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    main()
