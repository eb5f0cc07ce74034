"""The ways over time: each object owns its computation, months, rows behind, splits and form.

``OverTime`` in ``declare`` says what a way can do. The catalogue names one for each KPI, and
nothing else asks which one it is.
"""
