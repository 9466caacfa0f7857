"""What an instructor needs and a student does not: the answers, the release, the grading.

notebook      the one form in which notebooks are stored
cells         the roles that nbgrader gives to cells
files         files that are written whole or not at all
sentences     what a student reads of the mistakes that several exercises know
fits          wrong fits of a line, which several exercises know
solution      reads a folder of solutions/: its answers, and the checks made from them
lastdigits    finds the cases whose verdict depends on last digits
mutants       right functions with one slip in them, made by machine
slips         those of them that a check must know to have something to say
release       makes exercises/ from solutions/ and proves it right
bundle        makes the zip for students

names         which names a student may have
platforms     how learning platforms name what they hand out
clones        reads a student's git repository, and runs nothing of it
collect       puts what was handed in where grading looks for it
deadlines     deadlines, extensions, and what being late costs
grading       `nbgrader autograde`: what follows, put together
submissions   reads what was handed in, and puts it together with what was released
hidden        the cases that only the grader knows
tables        ways to pass without an answer, which hidden cases must defeat
sandbox       runs submissions where they can reach and spoil nothing
turns         which of them run side by side, and which alone
forker        the process that forks theirs, and the walls around it
received      what comes out of the sandbox, made safe
inside        all that runs within the sandbox
verdicts      whether a task is done
parcels       a submission on its way to another machine, and what came of it on its way back
spread        the same grading, on a cluster
report        who has which grade, and why
overview      what the class got wrong
similar       which submissions look alike
giveback      scores and feedback for a learning platform
regrade       who asked for another look, and what came of it
publish       the answers, once nobody can hand in any more
pages         how a student's text is shown
formulas      formulas as MathML, on those pages and on the answers
"""
