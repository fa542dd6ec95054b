"""What the service's speed is, beside others' in the same run: locating, filing, drawing."""
