--- The trial for a person: three polecats on scripted agents, and the status window.
local polecat = require('polecat')

local POLECATS = { { 'ash', 'prompts' }, { 'birch', 'asks' }, { 'cedar', 'floods' } }

local HINTS = {
  'Three polecats with scripted agents are at work in a repository of their own.',
  '',
  '  in the status window: <CR> what it prints   i write to it   a attach   x stop   g? all keys',
  '  :PolecatInject ash hello        ash answers every message',
  '  :PolecatInject birch do it      birch asks for permission first: attach and choose',
  '  :PolecatCapture cedar           cedar never stops talking',
  '  :PolecatStart! dora agent=prompts     a polecat more',
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
    polecat.start(pair[1], { new = true, agent = pair[2] })
  end
  vim.cmd('PolecatStatus')
end

vim.schedule(open)
