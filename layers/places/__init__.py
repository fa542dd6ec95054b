"""Places of the register: service points and buildings, with the addresses reports are matched against."""
