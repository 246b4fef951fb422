"""Performs musicHighlight: finds the part of a song that comes back and is loud.

The descriptor is a switch (doc); the answer's form is that which the lab's own site reads (client: lab-site):
start, end and score as texts with decimals. What the score means is assumed.
"""

from sandbox.performers import Order, Performance, PerformanceError

OFF, ON = 1, 2


def refuse(params: object) -> str | None:
    """Why TMP would not take this value, as an English sentence; None when it is fine."""
    if not isinstance(params, int) or isinstance(params, bool) or params not in (OFF, ON):
        return "musicHighlight must be 1 (off) or 2 (on)."
    return None


def perform(order: Order) -> Performance:
    """The choruses in order of time, none of silence or when it is switched off; there are no files."""
    # Numpy comes with it, and the gateway imports this module just to call `refuse`.
    from sandbox.beats import UndecodableError
    from sandbox.choruses import choruses

    if order.params == OFF:
        return Performance(result=[], files=[])
    try:
        found = choruses(order.song)
    except UndecodableError as error:
        raise PerformanceError(str(error)) from error
    told = [{"start": f"{it.start:.3f}", "end": f"{it.end:.3f}", "score": f"{it.score:.3f}"} for it in found]
    return Performance(result=told, files=[])
