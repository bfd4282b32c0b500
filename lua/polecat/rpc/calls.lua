--- Calls on their way: each ends once, with its answer or with the backend.
local M = {}

--- Those that wait for their answers, by their ids.
---@type table<integer, polecat.Callback>
local pending = {}
local last_id = 0
--- Those of them that wait for a backend.
---@type { id: integer, method: string, args: table }[]
local queue = {}

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
  require('polecat.editor.progress').done(id, not err)
  local callback = pending[id]
  pending[id] = nil
  if callback then
    vim.schedule(function()
      callback(err, result)
    end)
  end
end

---@param child polecat.Process
---@param id integer
---@param method string
---@param args table
function M.send(child, id, method, args)
  local ok, why = pcall(vim.rpcnotify, child.channel, 'call', id, method, args)
  if not ok then
    M.finish(id, { code = 'internal', message = ('`%s` was not sent: %s'):format(method, why) })
  end
end

--- Keeps a call for the next backend.
---@param method string
---@param args table
---@param callback polecat.Callback
function M.queue(method, args, callback)
  queue[#queue + 1] = { id = M.remember(callback), method = method, args = args }
end

--- Sends those that have waited for `child`.
---@param child polecat.Process
function M.send_queued(child)
  for _, call in ipairs(queue) do
    M.send(child, call.id, call.method, call.args)
  end
  queue = {}
end

--- Ends all of them, the oldest first.
---@param err polecat.Error
function M.fail(err)
  queue = {}
  local ids = vim.tbl_keys(pending)
  table.sort(ids)
  for _, id in ipairs(ids) do
    M.finish(id, err)
  end
end

return M
