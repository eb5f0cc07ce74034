"""Charts, one form per file: frozen data in, a Vega-Lite spec or an SVG text out.

Every chart can be read without sight of it too: ``alt`` gives its sentence, ``tables`` its rows.
"""
