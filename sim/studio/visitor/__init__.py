"""What belongs to one visitor: their files, their policies, their work in the background."""
