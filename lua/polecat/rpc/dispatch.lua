--- Who is told what the backend tells on its own.
local M = {}

--- For each event the module and its function.
---@type table<string, string[]>
local RECEIVERS = {
  frame = { 'polecat.ui.views.view', 'frame' },
  view_closed = { 'polecat.ui.views.view', 'closed' },
  progress = { 'polecat.editor.progress', 'show' },
  notice = { 'polecat.editor.notify', 'notice' },
  news = { 'polecat.editor.notify', 'news' },
  snapshot = { 'polecat.editor.sessions', 'set' },
  gone = { 'polecat.editor.sessions', 'forget' },
  files = { 'polecat.editor.reload', 'changed' },
}
--- What went wrong and was told: a frame comes many times a second.
---@type table<string, true>
local complained = {}

--- Called by the backend when something happened: hands `data` on. The backend has no use for our mistakes, so they are told here.
---@param name string
---@param data any
function M.take(name, data)
  local receiver = RECEIVERS[name]
  local ok, why = pcall(function()
    require(receiver[1])[receiver[2]](data)
  end)
  if not ok and not complained[why] then
    complained[why] = true
    local message = ('`%s` of the backend: %s'):format(name, why)
    require('polecat.editor.notify').error({ code = 'internal', message = message })
  end
end

return M
