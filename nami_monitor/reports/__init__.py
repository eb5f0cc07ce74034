"""Deck, PDF, workbook and web page; they render a briefing and compute nothing."""
