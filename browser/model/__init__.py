"""Plain frozen values: the words of the house. Standard library and the URL parser only."""
