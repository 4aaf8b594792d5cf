"""What trainers demand of their files, for those whose own code cannot be installed here."""
