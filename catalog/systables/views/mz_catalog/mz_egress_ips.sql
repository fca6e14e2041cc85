-- Addresses that connections come from.
--   egress_ip text not null: the start of the range
--   prefix_length integer not null: how many leading bits are fixed
--   cidr text not null: the range in CIDR notation
SELECT egress_ip, prefix_length, cidr FROM live.egress_ips
