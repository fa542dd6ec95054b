-- Everything a filing writes, or nothing and why not (revision 0002).
select file_report($1, $2, $3, $4, $5, $6, $7, $8)
