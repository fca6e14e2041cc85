-- Sequences.
--   seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle
SELECT q.oid, q.type_oid, q.start, q.increment, q.max, q.min, q.cache, q.cycle FROM base.sequences q
