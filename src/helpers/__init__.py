"""The helper package of the course Downhill: what lessons use by name and do not teach.

    arguments     what the public functions accept
    data          the course's points, standardising, batches
    functions     curves and surfaces to descend
    calculus      numerical gradients, to check those derived by hand
    rules         update rules: how a gradient becomes a step
    descent       runs a rule, records the trajectory, explains divergence
    frameworks    TensorFlow, PyTorch and scikit-learn, imported in silence
    optimisers    the same descent, run by the optimisers of Keras and PyTorch
    concordance   what Keras and PyTorch call the same thing, and its default
    processes     programs that a lesson starts and ends
    plots         figures that carry their own description
    progress      how far a long loop has come
    layout        a student's own copies of the course
    record        what a student has done
    numerals      numbers as a reader wants them
    ensemble      many descents at once, and what happened in each
    widget        draws tables of numbers by dials, in the browser
    explorer      descents with dials to turn
    predict       guesses that are taken before a surprise
    course_map    what is done and what is next, on the start page
    rehearsal     an exercise run as a grader would run it
    doctor, lab   `python -m helpers.doctor` looks for trouble, `python -m helpers.lab` opens the course

A module imports only modules listed above it. Importing the package itself loads none of them.
"""
