--- The commands and `<Plug>` maps. Requires their table, and no more until one of them is used.
if vim.g.loaded_polecat then
  return
end
vim.g.loaded_polecat = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('polecat.nvim needs Neovim 0.10 or later', vim.log.levels.ERROR)
  return
end

-- Not `vim.keymap.set`, which would be one more module loaded at startup.
local map = vim.api.nvim_set_keymap

for _, spec in ipairs(require('polecat.commands')) do
  local name, sized = 'Polecat' .. spec.name, spec.range == 'size'
  local function complete(lead, line, position)
    return require('polecat.complete').complete(spec, lead, line, position)
  end
  vim.api.nvim_create_user_command(name, function(typed)
    require('polecat.command').typed(spec, typed)
  end, {
    desc = spec.desc,
    nargs = spec.nargs or '*',
    bang = spec.bang,
    bar = spec.bar,
    -- A number in front of a command that opens a window is the size of that, as with `:split`.
    range = sized and 0 or spec.range == 'lines' or nil,
    addr = sized and 'other' or nil,
    complete = spec.nargs ~= 0 and complete or nil,
  })
  if spec.map then
    -- A visual map has the command take the selected lines.
    local keys = (spec.map == 'x' and ':' or '<Cmd>') .. name .. '<CR>'
    local how = { noremap = true, silent = true, desc = spec.desc }
    map(spec.map, '<Plug>(' .. name .. ')', keys, how)
  end
end

for name, step in pairs({ Next = 1, Previous = -1 }) do
  local go = ("<Cmd>lua require('polecat.ui.views.act').waiting(%d)<CR>"):format(step)
  local desc = name .. ' polecat that waits for an answer'
  map(
    'n',
    ('<Plug>(Polecat%sWaiting)'):format(name),
    go,
    { noremap = true, silent = true, desc = desc }
  )
end

-- No `bar`: a `|` belongs to the text of some. A range is lines, sizes are `size=`.
vim.api.nvim_create_user_command('Polecat', function(opts)
  require('polecat.command').typed(nil, opts)
end, {
  nargs = '*',
  bang = true,
  range = true,
  desc = 'Run a command of polecat.nvim by its name; alone, show all polecats',
  complete = function(lead, line, position)
    return require('polecat.complete').complete(nil, lead, line, position)
  end,
})

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
  PolecatDiffAddedWord = 'DiffText',
  PolecatDiffRemovedWord = 'DiffText',
}) do
  vim.api.nvim_set_hl(0, name, { default = true, link = link })
end

-- `:edit` in one of our buffers draws it anew; `:split polecat://status/ash` opens one.
vim.api.nvim_create_autocmd('BufReadCmd', {
  group = vim.api.nvim_create_augroup('polecat', {}),
  pattern = 'polecat://*',
  desc = 'Fill a buffer of polecat.nvim',
  callback = function(event)
    require('polecat.editor.uri').read(event.buf)
  end,
})

vim.api.nvim_create_autocmd('BufWriteCmd', {
  group = 'polecat',
  pattern = 'polecat://*',
  desc = 'Write a file of a host',
  callback = function(event)
    require('polecat.editor.host_file').write(event)
  end,
})

--- Whether one of what a table names is to be watched.
---@param named any
---@return boolean
local function names_watched(named)
  for _, one in pairs(type(named) == 'table' and named or {}) do
    if type(one) == 'table' and one.watch then
      return true
    end
  end
  return false
end

--- Whether rigs or hosts are to be watched from the start. Looks no further than into the table
--- itself.
---@param config any
---@return boolean
local function watches(config)
  return type(config) == 'table'
    and (config.watch == true or names_watched(config.rigs) or names_watched(config.hosts))
end

-- In a turn of its own: what is on the screen is there before anything else is loaded.
local watch = vim.schedule_wrap(function()
  local config = vim.g.polecat
  -- A function is the user's to make fast.
  if type(config) == 'function' then
    local ok, value = pcall(config)
    config = ok and value or nil
  end
  if not watches(config) then
    return
  end
  local client = require('polecat.rpc.client')
  if config.watch ~= true then
    return client.ensure()
  end
  -- The rig of the working directory, if there is one, is in use from now on.
  client.call('session.list', {}, function() end)
end)

if vim.v.vim_did_enter == 1 then
  watch()
else
  vim.api.nvim_create_autocmd('VimEnter', {
    group = 'polecat',
    once = true,
    desc = 'Watch the rigs that the configuration of polecat.nvim says',
    callback = watch,
  })
end
