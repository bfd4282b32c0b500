--- Files, in windows that are for them.
local window = require('polecat.ui.windows.window')

local M = {}

--- A window of this tab page that shows a file, the one before the current first.
---@return integer?
function M.window()
  local previous = vim.fn.win_getid(vim.fn.winnr('#'))
  for _, win in ipairs({ previous, unpack(vim.api.nvim_tabpage_list_wins(0)) }) do
    if win ~= 0 and window.shows_file(win) then
      return win
    end
  end
end

--- Carries out an effect: opens a file in a window that shows files, or in a new one.
---@param effect { file: string, content?: polecat.FileText, line?: integer, column?: integer }
function M.edit(effect)
  local win = M.window()
  local read = effect.content
    and require('polecat.editor.host_file').buffer(effect.file, effect.content)
  -- As it is called: nothing in it is expanded.
  local edit = { cmd = 'edit', args = { effect.file }, magic = { file = false } }
  local opened = win
    and pcall(function()
      vim.api.nvim_set_current_win(win)
      if read then
        return vim.api.nvim_win_set_buf(win, read)
      end
      vim.cmd(edit)
    end)
  if not opened and not window.split(read or vim.fn.bufadd(effect.file), {}) then
    return
  end
  vim.bo.buflisted = true
  if effect.line then
    local row = math.min(math.max(effect.line, 1), vim.api.nvim_buf_line_count(0))
    vim.api.nvim_win_set_cursor(0, { row, math.max((effect.column or 1) - 1, 0) })
    vim.cmd('normal! zv')
  end
end

return M
