-- What filing must know in one look: the edition in force, a number, an earlier report under the same key, how often
-- these coordinates came before (counted no further than the limit), and everyone who answers (answerers.sql).
select
    (select id from editions where district_id = %(district)s and status = 'in_force') as edition,
    nextval('report_serial') as serial,
    earlier.id as earlier,
    earlier.content_digest as earlier_digest,
    private.salt as earlier_salt,
    (
        select count(*) from (
            select 1 from reports
            where district_id = %(district)s and given_x = %(x)s::float8 and given_y = %(y)s::float8
            limit %(repeat_limit)s
        ) same
    ) as repeats,
    (
        select coalesce(json_agg(answering), '[]') from (
            {answerers}
        ) answering
    ) as answerers
from (select 1) one
left join reports earlier
    on earlier.district_id = %(district)s and earlier.sender = %(sender)s and earlier.client_key = %(client_key)s
left join report_private private on private.report_id = earlier.id
