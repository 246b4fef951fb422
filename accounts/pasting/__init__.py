"""Recognises what a person pastes into the wizard, whatever it is, without ever running any of it."""

from accounts.pasting.pasted import Pasted
from accounts.pasting.recogniser import recognise

__all__ = ["Pasted", "recognise"]
