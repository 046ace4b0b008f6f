"""Where customers meet people: queues, representatives, encounters."""
