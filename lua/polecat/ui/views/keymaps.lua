--- The maps of our buffers, and the help that is made from them.
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local float = require('polecat.ui.windows.float')
local rows = require('polecat.ui.views.rows')

local M = {}

---@class polecat.Key A row of `view_keys.lua`.
---@field [1] string
---@field [2] string What it does, for `desc` and the help.
---@field modes? string[] When it is not Normal mode alone.
---@field follows? boolean Whether it goes where the row leads, if it leads anywhere.
---@field act? string What it is called in `view.act`.
---@field doing? string What its row says while that takes time.
---@field sends? 'line'|'lines' The text that it is about.
---@field jump? string Instead of `act`: the kind of stop that it goes to.
---@field step? 1|-1 To the next one, or the previous one.
---@field lua? 'close'|'help'|'refresh'|'preview' Instead of both.

--- Lists `keys`, and below them what columns hold; any of `q`, `<Esc>`, `g?` or leaving closes the
--- list.
---@param keys polecat.Key[]
---@param legend? [string, string][]
function M.list(keys, legend)
  local lines, width = {}, 0
  ---@param form string
  ---@param list (polecat.Key|[string, string])[]
  local function add(form, list)
    for _, row in ipairs(list) do
      lines[#lines + 1] = form:format(row[1], row[2])
      width = math.max(width, vim.fn.strdisplaywidth(lines[#lines]))
    end
  end
  add(' %-5s %s ', keys)
  if legend then
    add(' %s%s', { { '', '' }, { 'Columns', '' } })
    add(' %-8s %s ', legend)
  end
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

--- Maps the keys of the view `name` in `buf`.
---@param buf integer
---@param name string As in `view_keys.lua`.
---@param close? fun(buf: integer) How it is closed, where that is not simply its window.
---@param legend? [string, string][] What its columns hold.
function M.set(buf, name, close, legend)
  local keys = assert(require('polecat.ui.views.view_keys')[name], name)
  --- What Neovim does itself.
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
    local opts = { buffer = buf, nowait = true, desc = key[2] }
    vim.keymap.set(key.modes or 'n', key[1], function()
      if key.follows and rows.follow(buf) then
        return
      elseif key.act then
        require('polecat.ui.views.act').press(buf, key)
      elseif key.jump then
        rows.jump(buf, key.jump, key.step)
      else
        own[key.lua](buf)
      end
    end, opts)
  end
end

return M
