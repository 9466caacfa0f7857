"""What the course's code costs: `python -m bench`, or `make bench`.

Each file here measures one thing, in a function `run()` that yields a `measure.Result` for each promise. A result is
a ratio of two times, taken in the same run, side by side, so it means the same on a fast machine and on a slow one.
"""
