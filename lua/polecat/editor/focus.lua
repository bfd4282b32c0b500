--- Whether the user is looking at a session: then its news need no notification.
local autocmd = require('polecat.editor.autocmd')

local M = {}

--- Whether Neovim has the focus; in a terminal that does not say, it has.
local focused = true

--- Follows the focus from now on.
function M.watch()
  local desc = 'Remember for polecat.nvim whether Neovim has the focus'
  autocmd.on('polecat_focus', { 'FocusGained', 'FocusLost' }, desc, function(event)
    focused = event.event == 'FocusGained'
  end)
end

--- The tmux session that `buf` shows live: followed, or attached to. Of a host, by its whole name.
---@param buf integer
---@return string?
local function shown(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  -- A rig's folder may stand before it.
  local followed = name:match('^polecat://capture/(.+:.+)$')
    or name:match('^polecat://capture/.-([^/]+)$')
  local attach, polecat = vim.b[buf].polecat_attach, vim.b[buf].polecat or ''
  if not attach or polecat:find(':', 1, true) then
    return followed or attach and polecat
  end
  -- The command ends in the session, as tmux takes an exact name.
  return attach:match('=(%S+)$')
end

--- Whether the current window shows `session`, and Neovim has the focus.
---@param session string The tmux session's name.
---@param rig? string The folder of its rig: servers of their own may have sessions of one name.
---@return boolean
function M.is_on(session, rig)
  local buf = vim.api.nvim_get_current_buf()
  local of = (vim.b[buf].polecat_at or {}).rig
  return focused and shown(buf) == session and (not of or not rig or of == rig)
end

return M
