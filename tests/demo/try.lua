--- The trial for a person: three polecats on scripted agents, and the status window.
local polecat = require('polecat')

-- The cursor goes to the first one.
local POLECATS = {
  { 'birch', { new = true, agent = 'coder', prompt = 'write a test for total()' } },
  { 'ash', { new = true, agent = 'coder', prompt = 'let customers have a discount' } },
  { 'cedar', { new = true, agent = 'floods' } },
}

-- The status window lies over all but the first lines.
local HINTS = {
  'birch asks: A answers it.  d shows what ash changed.  <CR> follows what cedar prints.  q closes.',
  '',
  'Three polecats with scripted agents are at work in a repository of their own.',
  '',
  '  :PolecatStatus       opens the status window again',
  '    A   answers what one asks: birch does, before it runs a test',
  '    d   shows what one changed, and c in there writes a comment for it',
  '    i   writes to one   a attaches   x stops   g? lists all keys',
  '  :PolecatStart! dora agent=coder prompt=rename total       starts one more',
  '',
  '  :qa ends all of it and removes every trace.',
}

local function open()
  vim.o.termguicolors = true
  local buffer = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, HINTS)
  vim.bo[buffer].modified = false
  vim.bo[buffer].buftype = 'nofile'
  local first, rest = POLECATS[1], vim.list_slice(POLECATS, 2)
  polecat.start(first[1], first[2], function()
    for _, pair in ipairs(rest) do
      polecat.start(pair[1], pair[2])
    end
  end)
  vim.cmd('PolecatStatus')
end

vim.schedule(open)
