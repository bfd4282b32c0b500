--- The backend's log file.
local M = {}

---@return string
function M.path()
  return vim.fn.stdpath('log') .. '/polecat.log'
end

--- What has the backend write it. The level may be anything, until the backend has looked at it.
---@return string[]
function M.options()
  local level = require('polecat.config').get(nil, 'log_level')
  level = type(level) == 'string' and level or 'info'
  return { '--log-file', M.path(), '--log-level', level }
end

--- Shows the end of it.
---@param _ table
---@param context polecat.Context
function M.open(_, context)
  if not vim.uv.fs_stat(M.path()) then
    return require('polecat.editor.notify').warn(('there is no log yet at `%s`'):format(M.path()))
  end
  local buf = vim.fn.bufadd(M.path())
  local win = require('polecat.ui.windows.window').split(buf, context.split)
  if not win then
    return
  end
  -- The file may have grown since the buffer was last read.
  vim.cmd('silent checktime ' .. buf)
  vim.bo[buf].readonly, vim.bo[buf].modifiable, vim.bo[buf].autoread = true, false, true
  vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(buf), 0 })
end

return M
