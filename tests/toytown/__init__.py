"""The toy town: a small district as code, deterministic, loaded through the real import and publishing.

     west street        middle street      east street
+------------------+------------------+------------------+   3 streets, 9 communities (bands of rows),
|  community 001   |  community 001   |  community 001   |   63 grids of about 200 m, 40 people
|  community 002   |  community 002   |  community 002   |
|  community 003   |  community 003   |  community 003   |   south
+------------------+------------------+------------------+
"""
