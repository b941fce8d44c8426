"""What the tests stand on: server processes, databases, and clients that speak through both doors."""
