"""What an operator asks and orders, under ``/operator/``, with a credential of its own."""
