"""What each page shows, in a module named as the page; the files in ``pages/`` lay it out."""
