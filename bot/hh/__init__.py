"""The outside world hh.ru: its addresses, its objects, its refusals."""
