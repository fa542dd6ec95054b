-- Everything a filing writes, or nothing and why not (revision 0002).
select file_report(
    %(publishing)s, %(given)s::json, %(considered)s::jsonb, %(first_body)s, %(second_body)s, %(seen)s, %(slack)s,
    %(cap)s
)
