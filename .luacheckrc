-- Lua 5.1 and what Neovim adds to it; anything else that is global is a mistake.
std = 'lua51'
read_globals = { 'vim' }
globals = { 'vim.g', 'vim.b', 'vim.w', 'vim.o', 'vim.bo', 'vim.wo', 'vim.v' }
max_line_length = 100
-- Tests look at what is said.
files['tests'] = { globals = { 'vim.notify' } }
