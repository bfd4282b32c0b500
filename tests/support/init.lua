--- Runs before plugins load in every Neovim of tests and demo: this plugin alone, configured by
--- the environment. With nobody to see them, messages are kept in `_G.notified` instead of shown.
local here = debug.getinfo(1, 'S').source:sub(2)
local checkout = vim.fn.fnamemodify(here, ':p:h:h:h')

vim.opt.runtimepath:prepend(checkout)
vim.g.polecat = vim.json.decode(vim.env.POLECAT_TEST_CONFIG)

_G.notified = {}
local show = vim.notify
---@diagnostic disable-next-line: duplicate-set-field
vim.notify = function(message, level)
  table.insert(_G.notified, { message = message, level = level or vim.log.levels.INFO })
end
vim.api.nvim_create_autocmd('UIEnter', {
  once = true,
  callback = function()
    vim.notify = show
  end,
})
