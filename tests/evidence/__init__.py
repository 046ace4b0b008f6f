"""Published results the model is held to: one row a result, measured in the model as shipped, with an interval.

``evidence.csv`` says what was published, between which bounds the model should come out, and how to measure it; ``facts.json``
holds figures of real data. :mod:`evidence.table` lists the rows that are measured.
"""
