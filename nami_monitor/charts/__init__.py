"""Charts: frozen data in, a ``spec.Drawn`` out: a Vega-Lite spec by layers of one grammar.

Every chart can be read without sight of it too: with it come its sentence, table and signs.
"""
