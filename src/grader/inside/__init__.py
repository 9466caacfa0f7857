"""What runs within the sandbox: the one part of `grader` that a submission's process can read.

confine   namespaces, a file system, limits and fewer system calls
shell     runs a submission's cells
worker    imports the libraries once, and forks a child for each submission
"""
