"""Plans (方案): boundaries redrawn on an edition, and what would follow, before anything is in force."""
