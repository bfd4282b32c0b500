--- The trial for a person: three polecats on scripted agents, and the status window.
local polecat = require('polecat')

local POLECATS = {
  { 'ash', { new = true, agent = 'coder', prompt = 'let customers have a discount' } },
  { 'birch', { new = true, agent = 'coder', prompt = 'write a test for total()' } },
  { 'cedar', { new = true, agent = 'floods' } },
}

local HINTS = {
  'Three polecats with scripted agents are at work in a repository of their own.',
  '',
  '  ash changes a file        d shows the diff, and c in it comments',
  '  birch asks before it runs a test       A answers',
  '  cedar never stops talking       <CR> shows what it prints',
  '',
  '  i writes to one   a attaches   x stops   g? lists the keys',
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
  for _, pair in ipairs(POLECATS) do
    polecat.start(pair[1], pair[2])
  end
  vim.cmd('PolecatStatus')
end

vim.schedule(open)
