--- Folders that others may make at the same time, which `mkdir()` does not allow for.
local task = require('polecat.install.task')

local M = {}

local PUBLIC = 493 -- 0755

--- Makes `folder`, and those above it that are missing.
---@param folder string
---@return string? err
local function make(folder)
  if vim.fn.isdirectory(folder) == 1 then
    return nil
  end
  local err = make(vim.fs.dirname(folder))
  if err then
    return err
  end
  local made, why = vim.uv.fs_mkdir(folder, PUBLIC)
  -- Somebody else may just have made it.
  if not made and vim.fn.isdirectory(folder) == 0 then
    return why
  end
end

--- Makes `folder`, and those above it that are missing, or fails with why not.
---@param folder string
function M.make(folder)
  local err = make(folder)
  if err then
    task.fail(('`%s` cannot be written: %s'):format(folder, err))
  end
end

return M
