"""What the library page is made of: scenarios, parts of the model, measures and sources."""
