"""What goom prints in a terminal."""
