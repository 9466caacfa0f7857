"""What runs within the sandbox: the one part of `grader` that a submission's process can read.

systemcalls   which system calls a submission may make
confine       namespaces, a file system and limits
shell         runs a submission's cells
worker        imports the libraries once, and forks a child for each submission
"""
