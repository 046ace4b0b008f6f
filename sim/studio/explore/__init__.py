"""What the Explore page is made of: questions, their answers, and what can be taken away."""
