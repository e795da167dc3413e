-- What a period is tied out with is found by when lines of a balance were made, and not by looking through all payments there ever were.
-- The books are written beside the ledger's own pace, so that the index costs no acknowledgement and no projector anything.
create index objects_lines_by_time on books.objects
  (((doc -> 'effects' -> ('balance:' || substr(ref, 5)) -> 'fields' ->> 'at')::numeric)) where ref like 'txn:%';
