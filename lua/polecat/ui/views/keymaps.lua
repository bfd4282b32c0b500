--- The maps of our buffers, and the help that is made from them.
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local float = require('polecat.ui.windows.float')
local rows = require('polecat.ui.views.rows')

local M = {}

---@class polecat.Key Of a view; it comes with what opens that.
---@field lhs string
---@field about string What it does, for `desc` and the help.
---@field modes? string[] When it is not Normal mode alone.
---@field follows? boolean Whether it goes where the row leads, if it leads anywhere.
---@field act? string What it is called in `view.act`.
---@field doing? string What its row says while that takes time.
---@field sends? 'line'|'lines' The text that it is about.
---@field jump? string Instead of `act`: the kind of stop that it goes to.
---@field step? 1|-1 To the next one, or the previous one.
---@field lua? 'close'|'help'|'refresh'|'preview' Instead of both.

--- Of a buffer that is no view.
---@type polecat.Key[]
local PLAIN = {
  { lhs = 'q', about = 'Close', lua = 'close' },
  { lhs = 'g?', about = 'List the keys', lua = 'help' },
}

--- Lists `keys`, and below them what columns hold; any of `q`, `<Esc>`, `g?` or leaving closes the
--- list.
---@param keys { lhs: string, about: string }[]
---@param legend? [string, string][]
function M.list(keys, legend)
  local lines = vim.tbl_map(function(key)
    return (' %-5s %s '):format(key.lhs, key.about)
  end, keys)
  if legend then
    vim.list_extend(lines, { ' ', ' Columns' })
  end
  for _, column in ipairs(legend or {}) do
    lines[#lines + 1] = (' %-8s %s '):format(column[1], column[2])
  end
  local width = math.max(1, unpack(vim.tbl_map(vim.fn.strdisplaywidth, lines)))
  local help = buffer.scratch(lines)
  local win = float.popup(help, 'keys', width, #lines)
  local function close()
    pcall(vim.api.nvim_win_close, win, true)
  end
  for _, lhs in ipairs({ 'q', '<Esc>', 'g?' }) do
    vim.keymap.set('n', lhs, close, { buffer = help, nowait = true, desc = 'Close' })
  end
  autocmd.once('BufLeave', 'Close the list of keys', close, { buffer = help })
end

---@param buf integer
---@param key polecat.Key
---@param own table<string, fun(buf: integer)> What Neovim does itself.
local function press(buf, key, own)
  if key.follows and rows.follow(buf) then
    return
  elseif key.act then
    require('polecat.ui.views.act').press(buf, key)
  elseif key.jump then
    rows.jump(buf, key.jump, key.step or 1)
  else
    own[key.lua](buf)
  end
end

--- Maps `keys` in `buf`.
---@param buf integer
---@param keys? polecat.Key[] Those of a view.
---@param close? fun(buf: integer) How it is closed, where that is not simply its window.
---@param legend? [string, string][] What its columns hold.
function M.set(buf, keys, close, legend)
  keys = keys or PLAIN
  local own = {
    close = close or buffer.close,
    refresh = function()
      require('polecat.ui.views.view').refresh(buf)
    end,
    help = function()
      M.list(keys, legend)
    end,
    preview = function()
      require('polecat.ui.views.peek').toggle(buf)
    end,
  }
  for _, key in ipairs(keys) do
    -- A longer map of the user's must not make ours wait for `timeoutlen`.
    local opts = { buffer = buf, nowait = true, desc = key.about }
    vim.keymap.set(key.modes or 'n', key.lhs, function()
      press(buf, key, own)
    end, opts)
  end
end

return M
