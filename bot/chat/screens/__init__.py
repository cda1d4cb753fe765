"""What the user sees: data in, text and keyboard out. Every function is pure."""
