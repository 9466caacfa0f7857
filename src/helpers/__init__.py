"""The helper package behind the course Downhill: what the lessons use by name and do not teach.

    data          the course's points, standardising, batches
    functions     curves and surfaces to descend
    calculus      derivatives by differences, to check those by hand
    rules         update rules: how a gradient becomes a step
    descent       runs a rule, records the trajectory, explains divergence
    plots         figures that carry their own description
    lab, doctor   `python -m helpers.lab` opens the course, `python -m helpers.doctor` looks for trouble

A module imports only modules that stand above it. Importing the package itself loads none of them.
"""
