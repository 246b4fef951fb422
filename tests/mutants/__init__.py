"""Plants small defects, one at a time, in the code that must not have any: its tests should find each."""
