"""The screen: what every page shares, and ``pages`` with what each page shows.

Only this room, ``pages/`` and ``dashboard.py`` import Streamlit.
"""
