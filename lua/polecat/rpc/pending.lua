--- The calls of the backend that wait for their answers.
local M = {}

---@type table<integer, polecat.Callback>
local pending = {}
local last_id = 0

---@param callback polecat.Callback
---@return integer id
function M.remember(callback)
  last_id = last_id + 1
  pending[last_id] = callback
  return last_id
end

--- Ends the call `id`. Its callback runs later, in a turn of its own: an error in it is the
--- caller's, and a question that it asks the user must not keep the backend waiting.
---@param id integer
---@param err? polecat.Error
---@param result? any
function M.finish(id, err, result)
  local callback = pending[id]
  pending[id] = nil
  if callback then
    vim.schedule(function()
      callback(err, result)
    end)
  end
end

--- Ends all of them, the oldest first.
---@param err polecat.Error
function M.fail_all(err)
  local ids = vim.tbl_keys(pending)
  table.sort(ids)
  for _, id in ipairs(ids) do
    M.finish(id, err)
  end
end

return M
