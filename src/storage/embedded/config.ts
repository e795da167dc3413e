import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** PostgreSQL settings by name; they win over the ones here. */
export type Conf = Readonly<Record<string, string | number>>;

// Durable before all (fsync, full_page_writes, synchronous_commit), small enough to sit beside the service.
const DEFAULTS: Conf = {
  shared_buffers: '128MB',
  max_connections: 100,
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  wal_level: 'replica',
  wal_buffers: '16MB',
  wal_compression: 'pglz',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  dynamic_shared_memory_type: 'mmap', // containers give /dev/shm 64 kB or so
  max_parallel_workers_per_gather: 0,
  jit: 'off',
  io_method: 'sync',
  autovacuum_max_workers: 2,
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_line_prefix: '%m [%p] ',
  logging_collector: 'off',
};

export interface Endpoint {
  /** A folder of sockets, or an address. */
  host: string;
  port: number;
}

/** Writes the configuration whole: what a former version or a hand left in it does not stay. */
export function writeConfig(data: string, endpoint: Endpoint, tcp: boolean, conf: Conf): void {
  const where: Conf = tcp
    ? { listen_addresses: endpoint.host, unix_socket_directories: '' }
    : { listen_addresses: '', unix_socket_directories: endpoint.host, unix_socket_permissions: '0700' };
  const all = { ...DEFAULTS, ...conf, ...where, port: endpoint.port };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`);
  writeFileSync(path.join(data, 'postgresql.conf'), lines.join(''));
  // Only the server's user and root can enter the socket's folder; an address is open to every user of the machine.
  const access = tcp ? `host all all ${endpoint.host}/32 scram-sha-256\n` : 'local all all trust\n';
  writeFileSync(path.join(data, 'pg_hba.conf'), access);
}
