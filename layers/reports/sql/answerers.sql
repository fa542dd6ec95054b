-- Everyone who answers for one of the areas (revision 0002).
select * from answerers(%(areas)s::bigint[], %(now)s, %(today)s)
