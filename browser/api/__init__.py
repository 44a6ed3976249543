"""What programs call: one module a door, none imports another."""
