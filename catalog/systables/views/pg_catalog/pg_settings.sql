-- The variables of the session.
--   name setting unit category short_desc context vartype source min_val max_val enumvals boot_val reset_val pending_restart
SELECT name, setting, unit, category, short_desc, context, vartype, source, min_val, max_val, enumvals, boot_val, reset_val, false
FROM live.settings
