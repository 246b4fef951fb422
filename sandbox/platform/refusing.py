"""What every reader of requests needs: JSON members, and the way to say no."""

Members = dict[str, object]


class RefusedError(Exception):
    """TMP declines, in the words of this text; `about` is register, keys, job or action where that decides in
    which form it does."""

    def __init__(self, words: str, *, about: str = "") -> None:
        super().__init__(words)
        self.about = about
