"""Finds times, files and tempo in answers whose shape nobody has published."""
