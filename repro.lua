-- Neovim with polecat.nvim and nothing else, to show a fault without your own configuration:
--
--     nvim --clean -u repro.lua
--
-- Everything is in the folder `.repro` beside this file, and in a tmux server of its own. Afterwards:
--
--     tmux -L polecat-repro kill-server; rm -rf .repro
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
for _, part in ipairs({ 'CONFIG', 'DATA', 'STATE', 'CACHE' }) do
  vim.env['XDG_' .. part .. '_HOME'] = here .. '/.repro/' .. part:lower()
end

local plugin = here .. '/.repro/polecat.nvim'
if not vim.uv.fs_stat(plugin) then
  local home = 'https://github.com/polecat-nvim/polecat.nvim'
  local cloned = vim.system({ 'git', 'clone', home, plugin }, { text = true }):wait()
  assert(cloned.code == 0, cloned.stderr)
end
dofile(plugin .. '/build.lua')
vim.opt.runtimepath:prepend(plugin)

vim.g.polecat = {
  tmux = { socket = 'polecat-repro' },
  log_level = 'debug', -- `:PolecatLog` shows the log
  -- What it takes to show the fault:
}
