"""Reports (事件): filed, located, assigned, and recorded step by step in a journal that can be checked."""
