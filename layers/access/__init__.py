"""Access: accounts, roles, territories, and how people and machines prove who they are."""
