-- Most addresses are written as the register has them: found by the text itself, they cost a tenth of a likeness.
create index ix_buildings_address on buildings using hash (address);
