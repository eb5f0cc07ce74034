"""What an operator installs: the files of deploy/, as the real programs run them."""
