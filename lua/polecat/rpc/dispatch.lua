--- What the backend tells on its own, and who is told.
local notify = require('polecat.editor.notify')

local M = {}

---@type table<string, fun(data: any)>
local receivers = {
  frame = function(data)
    require('polecat.ui.view').frame(data)
  end,
  view_closed = function(data)
    require('polecat.ui.view').closed(data)
  end,
  progress = function(data)
    require('polecat.editor.progress').show(data)
  end,
  notice = notify.notice,
  snapshot = function(data)
    require('polecat.editor.sessions').set(data)
  end,
  files = function(data)
    require('polecat.editor.reload').changed(data)
  end,
}
--- What went wrong and was told: a frame comes many times a second.
---@type table<string, true>
local complained = {}

--- Hands `data` on. The backend has no use for our mistakes, so they are told here.
---@param name string
---@param data any
function M.take(name, data)
  local receive = receivers[name]
  if not receive then
    return
  end
  local ok, why = pcall(receive, data)
  if not ok and not complained[why] then
    complained[why] = true
    notify.error({ code = 'internal', message = ('`%s` of the backend: %s'):format(name, why) })
  end
end

return M
