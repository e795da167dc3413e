-- Keys of callers. Only the SHA-256 of a secret is here: 256 random bits need no slow hash.
create schema if not exists app;

create table app.api_keys (
  id text primary key check (id ~ '^[0-9a-z]{12}$'),
  name text not null check (name <> ''),
  account text not null check (account <> ''),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  scopes text[] not null,
  -- The CloudEvents sources it may write; one '*' is any.
  origins text[] not null default '{}',
  created_at timestamptz not null,
  revoked_at timestamptz
);
