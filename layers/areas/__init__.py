"""Areas: the polygons of every level, in editions that are drafted, checked, put in force and retired."""
