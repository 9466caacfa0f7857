"""What an instructor needs and a student does not: the answers, the release, the grading.

notebook   the one form in which notebooks are stored
solution   reads a folder of solutions/: its answers, and the checks made from them
release    makes exercises/ from solutions/ and proves it right
bundle     makes the zip for students
"""
