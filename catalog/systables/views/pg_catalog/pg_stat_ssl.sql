-- Which sessions are encrypted.
--   pid ssl
SELECT pid, ssl FROM live.activity
