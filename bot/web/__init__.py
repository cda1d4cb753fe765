"""HTTP of the bridge: the webhook, the callback pages, health and metrics."""
