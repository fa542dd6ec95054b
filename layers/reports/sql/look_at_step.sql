-- What a step must know, in one look (revision 0015).
select earlier, head, known_now, told from look_at_step($1, $2, $3, $4, $5, $6, $7)
