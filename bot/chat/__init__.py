"""The chat as pure data: what is said, in which words, with which buttons. No I/O."""
