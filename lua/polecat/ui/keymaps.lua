--- The maps of our buffers, and the help that is made from them.
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.buffer')
local float = require('polecat.ui.float')

local M = {}

---@class polecat.Key A row of `view_keys.lua`.
---@field [1] string
---@field [2] string What it does, for `desc` and the help.
---@field modes? string[] When it is not Normal mode alone.
---@field act? string What it is called in `view.act`.
---@field doing? string What its row says while that takes time.
---@field sends? 'line'|'lines' The text that it is about.
---@field lua? string Instead of `act`: the name of an action below, or of the view's own.

---@type table<integer, polecat.Key[]>
local by_buffer = {}

---@param keys polecat.Key[]
---@return string[] lines
---@return integer width
local function help_lines(keys)
  local lines, width = {}, 0
  for _, key in ipairs(keys) do
    local line = (' %-5s %s '):format(key[1], key[2])
    lines[#lines + 1] = line
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  return lines, width
end

--- Lists the keys of `buf`; any of `q`, `<Esc>`, `g?` or leaving closes the list.
---@param buf integer
function M.help(buf)
  local lines, width = help_lines(by_buffer[buf] or {})
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

--- Moves the cursor to a stop of this kind.
---@param kind string
---@param step 1|-1
---@return fun(buf: integer)
local function to_stop(kind, step)
  return function(buf)
    require('polecat.ui.rows').jump(buf, kind, step)
  end
end

--- What keys do that Neovim does itself.
---@type table<string, fun(buf: integer)>
local actions = {
  close = buffer.close,
  help = M.help,
  refresh = function(buf)
    require('polecat.ui.view').refresh(buf)
  end,
  next_hunk = to_stop('hunk', 1),
  previous_hunk = to_stop('hunk', -1),
  next_file = to_stop('file', 1),
  previous_file = to_stop('file', -1),
}

---@param buf integer
---@param key polecat.Key
---@param own table<string, fun(buf: integer)>
---@return fun()
local function action(buf, key, own)
  return function()
    if key.act then
      return require('polecat.ui.act').press(buf, key)
    end
    (own[key.lua] or actions[key.lua])(buf)
  end
end

--- Maps the keys of the view `name` in `buf`.
---@param buf integer
---@param name string As in `view_keys.lua`.
---@param own? table<string, fun(buf: integer)> Actions that the view has itself.
function M.set(buf, name, own)
  local keys = assert(require('polecat.ui.view_keys')[name], name)
  by_buffer[buf] = keys
  for _, key in ipairs(keys) do
    -- A longer map of the user's must not make ours wait for `timeoutlen`.
    local opts = { buffer = buf, nowait = true, desc = key[2] }
    vim.keymap.set(key.modes or 'n', key[1], action(buf, key, own or {}), opts)
  end
  autocmd.on('polecat_keys', 'BufWipeout', 'Forget the keys of a buffer that goes', function()
    by_buffer[buf] = nil
  end, buf)
end

return M
