"""Steps in the life of a report: asked for, guarded, recorded, and what follows from them."""
