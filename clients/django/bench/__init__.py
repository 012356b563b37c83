"""What one call of a cache costs, over the sidecar and over django-redis."""
