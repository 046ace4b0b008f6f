"""What a company does to its customers. One file is one mechanism, whole."""
