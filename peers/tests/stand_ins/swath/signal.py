"""Nothing yet: no stand-in of a case needs it."""
