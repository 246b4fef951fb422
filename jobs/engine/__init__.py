"""How jobs get done: `loop` sends and asks, `sweeping` repairs, and every other module is one step."""
