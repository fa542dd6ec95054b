"""What is told to whom of what happens to reports, and how it gets there."""
