--- What the name of one of our buffers stands for: fills it when it is edited by that name.
local where = require('polecat.editor.context')

local M = {}

--- The command that fills a buffer of each kind, about what the rest of its name says.
---@type table<string, string>
local COMMANDS = {
  status = 'Status',
  sidebar = 'Status',
  capture = 'CaptureSession',
  diff = 'Diff',
  queue = 'Queue',
  setup = 'Setup!',
  compose = 'Inject',
}

--- The call that is answered by the effect that fills `buf`.
---@param buf integer
---@param kind string
---@param subject string
---@return polecat.Request?
local function request(buf, kind, subject)
  local at, name = where.here(buf), COMMANDS[kind]
  if kind == 'base' then
    local polecat, path = vim.b[buf].polecat, vim.b[buf].polecat_path
    if not path then
      polecat, path = subject:match('^([^/]+)/(.+)$')
    end
    return { method = 'diff.side_by_side', args = { at = at, polecat = polecat, path = path } }
  elseif kind == 'capture' and vim.b[buf].polecat then
    -- Of a polecat's buffer we know whose it is.
    name, subject = 'Capture', vim.b[buf].polecat
  elseif kind == 'sidebar' then
    subject = kind
  end
  if name and (subject ~= '' or kind == 'status') then
    local args = { at = at, cwd = at.cwd, args = vim.fn.escape(subject, ' \\') }
    args.name, args.bang = name:match('%a+'), name:find('!') and true or nil
    return { method = 'command.run', args = args }
  end
end

--- Fills `buf` by its name: `polecat://status`, `polecat://capture/<session>`, ...; any other is that of
--- a host's file.
---@param buf integer
function M.read(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  local kind, subject = name:match('^polecat://([^/]*)/?(.*)$')
  local call = request(buf, kind or '', subject or '')
  if not vim.list_contains(require('polecat.buffers'), kind) then
    return require('polecat.editor.host_file').read(buf)
  elseif require('polecat.ui.compose').begin_again(buf) then
    return
  end
  require('polecat.ui.windows.buffer').prepare(buf, 'hide')
  if not call then
    vim.b[buf].polecat_title = ('`%s` is opened by its command alone'):format(name)
    return
  end
  local context = { at = call.args.at, split = {}, buf = buf }
  require('polecat.ui.effects').call(call, context, function(err)
    -- The buffer stays empty, and says why.
    if err and vim.api.nvim_buf_is_valid(buf) then
      vim.b[buf].polecat_title = err.message
    end
  end)
end

return M
