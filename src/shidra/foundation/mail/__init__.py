"""Mail: letters in the reader's language, text and HTML with its direction set, sent once, from an outbox."""
