"""EcoFlow PowerOcean: an account's systems, over HTTPS and MQTT."""
