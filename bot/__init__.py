"""A bridge between a job seeker's hh.ru conversations and a private Telegram chat."""
