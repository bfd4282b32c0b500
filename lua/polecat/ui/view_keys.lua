--- The keys of the status window. Written by `make generate` out of src/rpc/commands/keys.rs.
---@type table<string, polecat.ViewKey[]>
return {
  rows = {
    { '<CR>', 'Follow what it prints', 'capture', 'opening' },
    { 'a', 'Attach: use its session in a terminal', 'attach', 'attaching' },
    { 'i', 'Inject: write a message to it', 'compose', 'opening' },
    { 'd', 'Show what it changed', 'diff', 'opening' },
    { 's', 'Start it', 'start', 'starting' },
    { 'x', 'Stop it', 'stop', 'stopping' },
    { 'X', 'Stop it by force', 'kill', 'stopping' },
    { 'D', 'Remove it, with its folder', 'remove', 'looking' },
    { 'K', 'Show it in detail', 'detail', 'opening' },
  },
  detail = {
    { '<CR>', 'Follow what it prints', 'capture', 'opening' },
    { 'a', 'Attach: use its session in a terminal', 'attach', 'attaching' },
    { 'i', 'Inject: write a message to it', 'compose', 'opening' },
    { 'd', 'Show what it changed', 'diff', 'opening' },
    { 's', 'Start it', 'start', 'starting' },
    { 'x', 'Stop it', 'stop', 'stopping' },
    { 'X', 'Stop it by force', 'kill', 'stopping' },
    { 'D', 'Remove it, with its folder', 'remove', 'looking' },
  },
}
