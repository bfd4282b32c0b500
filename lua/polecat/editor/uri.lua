--- What the name of one of our buffers stands for: fills it when it is edited by that name.
local notify = require('polecat.editor.notify')
local where = require('polecat.editor.context')

local M = {}

--- The backend's refusal, also in the buffer, which stays empty otherwise.
---@param buf integer
---@return fun(err?: polecat.Error)
local function or_say(buf)
  return function(err)
    if err then
      notify.error(err)
      vim.b[buf].polecat_title = err.message
    end
  end
end

--- Fills a view.
---@param kind string
---@param subject_is string What the rest of the name says.
---@return fun(buf: integer, subject?: string, at: polecat.At)
local function view(kind, subject_is)
  return function(buf, subject, at)
    local spec = { view = kind, at = at, [subject_is] = subject }
    require('polecat.ui.open').fill(buf, spec, or_say(buf))
  end
end

---@type table<string, fun(buf: integer, subject?: string, at: polecat.At)>
local kinds = {
  status = view('status', 'polecat'),
  capture = view('capture', 'session'),
  diff = function(buf, polecat, at)
    require('polecat.ui.diff').fill(buf, { polecat = polecat, at = at }, or_say(buf))
  end,
  base = function(buf, subject, at)
    local polecat, path = subject:match('^([^/]+)/(.+)$')
    require('polecat.ui.diff.side_by_side').fill(buf, { polecat = polecat, path = path, at = at })
  end,
  compose = function(buf, polecat, at)
    require('polecat.ui.compose').fill(buf, { polecat = polecat, at = at })
    vim.bo[buf].modified = false
  end,
}

--- Fills `buf` by its name: `polecat://status`, `polecat://capture/<session>`, ...
---@param buf integer
function M.read(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  local kind, subject = name:match('^polecat://(%w+)/?(.*)$')
  subject = subject ~= '' and subject or nil
  if not kinds[kind] or (kind ~= 'status' and not subject) then
    local message = ('`%s` is no buffer of polecat.nvim'):format(name)
    return notify.error({ code = 'bad_argument', message = message })
  end
  kinds[kind](buf, subject, where.here(buf))
end

return M
