"""Cut lists on the beats: what a person wishes for, which beats the shots end on, and files for editors."""
