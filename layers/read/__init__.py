"""Reading what is given: files of features and of rows, which field means what, which system the numbers are in."""
