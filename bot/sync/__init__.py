"""What changed at hh.ru and when to look again; pure."""
