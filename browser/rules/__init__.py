"""Pure rules: one specification a file, no I/O, no clock of their own."""
