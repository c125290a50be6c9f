"""Message push: what the platform posts to the app's callback, and how."""
