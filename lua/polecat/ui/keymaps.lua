--- The maps of our buffers, and the help that is made from them.
local autocmd = require('polecat.editor.autocmd')
local float = require('polecat.ui.float')

local M = {}

---@class polecat.Key
---@field [1] string
---@field [2] string What it does, for `desc` and the help.
---@field [3] fun()
---@field [4]? string|string[] The modes, when it is not Normal mode alone.

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
  local help = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(help, 0, -1, false, lines)
  vim.bo[help].bufhidden, vim.bo[help].modifiable = 'wipe', false
  local win = float.popup(help, 'keys', width, #lines)
  local function close()
    pcall(vim.api.nvim_win_close, win, true)
  end
  for _, lhs in ipairs({ 'q', '<Esc>', 'g?' }) do
    vim.keymap.set('n', lhs, close, { buffer = help, nowait = true, desc = 'Close' })
  end
  vim.api.nvim_create_autocmd('BufLeave', { buffer = help, once = true, callback = close })
end

--- Maps `keys` in `buf`, and after them `q` (`close`) and `g?`.
---@param buf integer
---@param keys polecat.Key[]
---@param close fun()
function M.set(buf, keys, close)
  local all = vim.list_extend({}, keys)
  all[#all + 1] = { 'q', 'Close', close }
  all[#all + 1] = {
    'g?',
    'List the keys',
    function()
      M.help(buf)
    end,
  }
  by_buffer[buf] = all
  for _, key in ipairs(all) do
    -- A longer map of the user's must not make ours wait for `timeoutlen`.
    vim.keymap.set(key[4] or 'n', key[1], key[3], { buffer = buf, nowait = true, desc = key[2] })
  end
  autocmd.on('polecat_keys', 'BufWipeout', buf, 'Forget the keys of a buffer that goes', function()
    by_buffer[buf] = nil
  end)
end

return M
