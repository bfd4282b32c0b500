--- Before the first picture: a status line, and two polecats that are at work already.
vim.o.termguicolors = true
vim.o.laststatus = 2
vim.o.number = true
vim.o.hlsearch = false
vim.o.statusline = "%f%=%{v:lua.require'polecat'.statusline()} "

local polecat = require('polecat')
polecat.start('cedar', { new = true, agent = 'codex', prompt = 'move the totals into a class' })
polecat.start('doc', { new = true, agent = 'qwen' })
