CREATE CONNECTION ssh_connection TO SSH TUNNEL (HOST 'bastion', USER 'tunnel', PORT 22); CREATE SECRET pgpass AS 'shop-password';
CREATE CONNECTION pg_connection TO POSTGRES (HOST 'postgres', PORT 5432, USER 'postgres', PASSWORD SECRET pgpass, SSL MODE 'require', DATABASE 'postgres', SSH TUNNEL ssh_connection);
CREATE SOURCE mz_source FROM POSTGRES CONNECTION pg_connection (PUBLICATION 'mz_source') FOR ALL TABLES;
