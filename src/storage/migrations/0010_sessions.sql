-- People signed in at the dashboard. A row knows its token only by a hash, and is bound to the secret of the key it was opened with:
-- a key that was revoked or replaced ends its sessions.
create table app.sessions (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  key_id text not null,
  bound bytea not null check (octet_length(bound) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_expired on app.sessions (expires_at);

-- Links that sign in once.
create table app.sign_in_codes (
  code_hash bytea primary key check (octet_length(code_hash) = 32),
  key_id text not null,
  bound bytea not null check (octet_length(bound) = 32),
  expires_at timestamptz not null
);
