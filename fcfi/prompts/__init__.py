"""What a person says about an object: clicks, rounds of clicks, and their log."""
