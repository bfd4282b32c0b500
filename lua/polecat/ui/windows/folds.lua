--- The fold levels of the lines of our buffers.
local M = {}

--- Of all lines that are drawn, by buffer.
---@type table<integer, (string|integer)[]>
local levels = {}

--- Before a patch is applied: the folds of its lines. Neovim asks for them at once.
---@param buf integer
---@param from integer As of the patch.
---@param to integer The end is -1.
---@param folds (string|integer)[]
function M.splice(buf, from, to, folds)
  local all = levels[buf] or {}
  if from >= #all then
    levels[buf] = vim.list_extend(all, folds)
    return
  end
  local behind = to < 0 and {} or vim.list_slice(all, to + 1)
  levels[buf] = vim.list_extend(vim.list_extend(vim.list_slice(all, 1, from), folds), behind)
end

--- For 'foldexpr'.
---@return string|integer
function M.level()
  local all = levels[vim.api.nvim_get_current_buf()]
  return all and all[vim.v.lnum] or 0
end

--- Forgets a buffer that goes.
---@param buf integer
function M.forget(buf)
  levels[buf] = nil
end

return M
