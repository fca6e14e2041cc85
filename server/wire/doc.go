// Package wire is PostgreSQL's frontend/backend protocol, version 3, as a
// server speaks it (PostgreSQL 15 documentation, chapter 55): the startup
// packet, framing, and rows encoded from columnar batches without a value of
// their own.
package wire
