"""Working days, as published and as made up for; and the clocks that count them."""
