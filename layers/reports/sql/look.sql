-- What filing must know, in one look (revision 0002).
select serial, earlier, earlier_digest, earlier_salt, repeats, answering
from look_before_filing($1, $2, $3, $4, $5, $6, $7, $8, $9)
