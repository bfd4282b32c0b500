--- What our own buffers are called behind the scheme, and no host is. Written by `make generate` out
--- of src/core/host_files.rs.
---@type string[]
return {
  'answer',
  'base',
  'capture',
  'comment',
  'compose',
  'diff',
  'log',
  'preview',
  'pull-request',
  'question',
  'queue',
  'setup',
  'sidebar',
  'sling',
  'squash',
  'status',
}
