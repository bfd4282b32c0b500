--- Whether the user is looking at a session: then there is no need to tell of it.
local M = {}

--- Neovim has the focus. Terminals that do not say are taken to have it.
local focused = true

--- Keeps an eye on the focus from now on.
function M.watch()
  local group = vim.api.nvim_create_augroup('polecat_focus', {})
  for event, has in pairs({ FocusGained = true, FocusLost = false }) do
    vim.api.nvim_create_autocmd(event, {
      group = group,
      desc = 'Remember for polecat.nvim whether Neovim has the focus',
      callback = function()
        focused = has
      end,
    })
  end
end

--- The tmux session that `buf` shows live: followed, or attached to.
---@param buf integer
---@return string?
local function shown(buf)
  local followed = vim.api.nvim_buf_get_name(buf):match('^polecat://capture/(.+)$')
  local attach = vim.b[buf].polecat_attach
  -- The command ends in the session, as tmux takes an exact name.
  return followed or (attach and attach:match('=(%S+)$'))
end

--- Whether the current window shows `session`, and Neovim has the focus.
---@param session string The tmux session's name.
---@return boolean
function M.is_on(session)
  return focused and shown(vim.api.nvim_get_current_buf()) == session
end

return M
