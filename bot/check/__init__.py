"""`hh-bridge check`: the settings tried against the real services, one module for each of these."""
