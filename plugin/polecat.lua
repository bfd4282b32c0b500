--- The commands and `<Plug>` maps. Requires nothing until one of them is used.
if vim.g.loaded_polecat then
  return
end
vim.g.loaded_polecat = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('polecat.nvim needs Neovim 0.10 or later', vim.log.levels.ERROR)
  return
end

---@type table<string, vim.api.keyset.user_command>
local commands = {
  -- No `bar`: the text of `cmd=` and of a message may hold a `|`.
  Start = { nargs = '+', bang = true, desc = "Start a polecat's agent; ! creates the polecat" },
  Stop = { nargs = 1, bang = true, bar = true, desc = "Stop a polecat's session; ! at once" },
  StopAll = { nargs = 0, bang = true, bar = true, desc = 'Stop all polecats of the rig' },
  Status = { nargs = '?', bar = true, desc = 'Show all polecats of the rig, or one in detail' },
  List = { nargs = 0, bar = true, desc = 'Choose a session and what to do with it' },
  Capture = { nargs = '+', bang = true, bar = true, desc = 'Follow what a polecat prints' },
  CaptureSession = { nargs = '+', bang = true, desc = 'Follow what any tmux session prints' },
  Inject = { nargs = '+', range = true, desc = 'Send a message, or the lines of a range' },
  Diff = { nargs = '*', bang = true, bar = true, desc = 'Show what a polecat changed' },
  Attach = { nargs = 1, bar = true, desc = "Use a polecat's session in a terminal" },
  New = { nargs = '*', bar = true, desc = 'Create a polecat: name, worktree and branch' },
  -- Any number, so that a missing issue is refused by name.
  Sling = { nargs = '*', desc = 'Give an issue to a free or new polecat, and start it' },
  Remove = { nargs = 1, bang = true, bar = true, desc = 'Remove a polecat; ! keeps its work first' },
  Restore = { nargs = 1, bar = true, desc = 'Bring back a removed polecat' },
  Rig = { nargs = '?', bang = true, complete = 'dir', desc = 'Show or pin the rig; ! unpins' },
  Log = { nargs = 0, bar = true, desc = "Open the backend's log" },
}
-- A count in front of a command that splits is the size of the new window, as with `:split`.
for _, name in ipairs({ 'Capture', 'CaptureSession', 'Diff', 'Attach', 'Log' }) do
  commands[name].range, commands[name].addr = 0, 'other'
end

for name, spec in pairs(commands) do
  if spec.nargs ~= 0 and not spec.complete then
    spec.complete = function(lead, line, position)
      return require('polecat.complete').complete(name, lead, line, position)
    end
  end
  vim.api.nvim_create_user_command('Polecat' .. name, function(opts)
    require('polecat.command').run(name, opts)
  end, spec)
end

-- Here, so that they are there before anything is shown. Neovim sets default links again itself
-- when a colour scheme clears them.
for name, link in pairs({
  PolecatWorking = 'DiagnosticOk',
  PolecatIdle = 'DiagnosticHint',
  PolecatWaiting = 'DiagnosticWarn',
  PolecatDied = 'DiagnosticError',
  PolecatStarting = 'DiagnosticInfo',
  PolecatStopped = 'Comment',
  PolecatName = 'Identifier',
  PolecatMuted = 'Comment',
  PolecatTitle = 'Title',
  PolecatAdded = 'Added',
  PolecatRemoved = 'Removed',
  PolecatComment = 'DiagnosticInfo',
}) do
  vim.api.nvim_set_hl(0, name, { default = true, link = link })
end

-- Not `vim.keymap.set`, which would be the only module loaded at startup.
local map = vim.api.nvim_set_keymap
for name, desc in pairs({
  PolecatStatus = 'Show all polecats of the rig',
  PolecatList = 'Choose a session and what to do with it',
  PolecatStopAll = 'Stop all polecats of the rig',
}) do
  map('n', '<Plug>(' .. name .. ')', '<Cmd>' .. name .. '<CR>', { noremap = true, desc = desc })
end
map('x', '<Plug>(PolecatInject)', '', {
  noremap = true,
  desc = 'Write to a polecat about the selected lines',
  callback = function()
    require('polecat.inject').selection()
  end,
})

-- `:edit` in one of our buffers draws it anew; `:split polecat://status/ash` opens one.
vim.api.nvim_create_autocmd('BufReadCmd', {
  group = vim.api.nvim_create_augroup('polecat', {}),
  pattern = 'polecat://*',
  desc = 'Fill a buffer of polecat.nvim',
  callback = function(event)
    require('polecat.address').read(event.buf)
  end,
})
