--- What words in braces stand for in a message. Written by `make generate` out of src/core/contexts.rs.
---@type [string, string][]
return {
  { 'file', 'the path of the file' },
  { 'line', 'the line under the cursor, and where it is' },
  { 'selection', 'the selected lines, or those of the range' },
  { 'function', 'the function around the cursor' },
  { 'diagnostics', 'the diagnostics of the file' },
  { 'quickfix', 'the entries of the quickfix list' },
  { 'buffers', 'the files of all listed buffers' },
  { 'diff', 'what is not committed yet' },
}
