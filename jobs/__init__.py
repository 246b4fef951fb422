"""Second floor: asking TMP for something and showing the answer."""
