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

--- Makes a call that is answered by the effect that fills `buf`.
---@param buf integer
---@param method string
---@param args table
local function fill(buf, method, args)
  local context = { at = args.at, split = {}, buf = buf }
  require('polecat.ui.effects').call({ method = method, args = args }, context)
end

--- Fills a view.
---@param kind 'status'|'capture'|'diff'
---@param subject_is 'polecat'|'session' What the rest of the name says.
---@return fun(buf: integer, subject: string, at: polecat.At)
local function view(kind, subject_is)
  return function(buf, subject, at)
    ---@type polecat.OpenSpec
    local spec = { view = kind, at = at }
    spec[subject_is] = subject ~= '' and subject or nil
    require('polecat.ui.open').fill(buf, spec, or_say(buf))
  end
end

---@type table<string, fun(buf: integer, subject: string, at: polecat.At)>
local kinds = {
  status = view('status', 'polecat'),
  capture = view('capture', 'session'),
  diff = view('diff', 'polecat'),
  base = function(buf, subject, at)
    local polecat, path = subject:match('^([^/]+)/(.+)$')
    fill(buf, 'diff.side_by_side', { at = at, polecat = polecat, path = path })
  end,
  compose = function(buf, polecat, at)
    fill(buf, 'command.run', { at = at, cwd = at.cwd, name = 'Inject', args = polecat })
  end,
}

--- Fills `buf` by its name: `polecat://status`, `polecat://capture/<session>`, ...
---@param buf integer
function M.read(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  local kind, subject = name:match('^polecat://(%w+)/?(.*)$')
  if not subject or not kinds[kind] or (kind ~= 'status' and subject == '') then
    local message = ('`%s` is no buffer of polecat.nvim'):format(name)
    return notify.error({ code = 'bad_argument', message = message })
  end
  kinds[kind](buf, subject, where.here(buf))
end

return M
