-- What every step writes, in one call (revision 0015).
select write_step($1, $2, $3, $4, $5, $6, $7)
