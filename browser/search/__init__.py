"""Search providers behind one Protocol."""
