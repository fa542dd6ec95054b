-- What filing must know, in one look (revision 0002).
select serial, earlier, earlier_digest, earlier_salt, repeats, answering
from look_before_filing(
    %(district)s, %(sender)s, %(client_key)s, %(x)s, %(y)s, %(repeat_limit)s, %(areas)s::bigint[],
    %(now)s, %(today)s
)
