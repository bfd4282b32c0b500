--- The sessions in the picker of another plugin, with a live preview of what each prints.
local notify = require('polecat.editor.notify')
local where = require('polecat.editor.context')

local M = {}

--- The module that each picker is found by, and what its plugin is called.
local PLUGINS = {
  telescope = { module = 'telescope.pickers', name = 'telescope.nvim' },
  fzf_lua = { module = 'fzf-lua', name = 'fzf-lua' },
  snacks = { module = 'snacks', name = 'snacks.nvim' },
}

---@class polecat.Source What a picker is made of.
---@field sessions polecat.SessionInfo[]
---@field at polecat.At
---@field format fun(session: polecat.SessionInfo): string Begins with the polecat's name.
---@field preview fun(buf: integer, session: polecat.SessionInfo)
---@field choose fun(session: polecat.SessionInfo) What `<CR>` does, when the picker is closed.
---@field act fun(session: polecat.SessionInfo) What `<C-o>` does, likewise.

--- `ash  working  shop-1  claude`
---@param session polecat.SessionInfo
---@return string
local function format(session)
  local parts = { session.polecat, session.state }
  for _, key in ipairs({ 'issue', 'agent' }) do
    parts[#parts + 1] = session[key]
  end
  return table.concat(parts, '  ')
end

---@param sessions polecat.SessionInfo[]
---@param at polecat.At
---@return polecat.Source
local function source(sessions, at)
  return {
    sessions = sessions,
    at = at,
    format = format,
    preview = function(buf, session)
      require('polecat.ui.preview').show(buf, session, at)
    end,
    choose = function(session)
      require('polecat.command').run('Capture', { args = session.polecat }, at)
    end,
    act = function(session)
      local typed = { args = '', answers = { polecat = session.polecat } }
      require('polecat.command').run('List', typed, at)
    end,
  }
end

--- Opens `picker` on the sessions of the rig.
---@param picker string
---@param opts? table Options of that plugin.
local function open(picker, opts)
  if vim.in_fast_event() then
    return vim.schedule(function()
      open(picker, opts)
    end)
  end
  local plugin = PLUGINS[picker]
  if not pcall(require, plugin.module) then
    return notify.error(('`%s` is not installed'):format(plugin.name))
  end
  local at = where.here()
  local show = notify.or_error(function(sessions)
    if #sessions == 0 then
      return notify.info('no polecat is running')
    end
    require('polecat.integrations.' .. picker).open(source(sessions, at), opts or {})
  end)
  require('polecat.rpc.client').call('session.list', { at = at }, show)
end

--- The sessions in telescope.nvim.
---@param opts? table
function M.telescope(opts)
  open('telescope', opts)
end

--- The sessions in fzf-lua.
---@param opts? table
function M.fzf_lua(opts)
  open('fzf_lua', opts)
end

--- The sessions in the picker of snacks.nvim.
---@param opts? table
function M.snacks(opts)
  open('snacks', opts)
end

return M
