"""Deck, PDF, workbook and page: they only render a briefing."""
