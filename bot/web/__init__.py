"""HTTP: the webhook, the pages after hh.ru's own, health and metrics."""
