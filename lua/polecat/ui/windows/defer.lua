--- Opens windows when what they show is there, so that nobody sees an empty one first.
local autocmd = require('polecat.editor.autocmd')
local ask = require('polecat.ui.ask')
local notify = require('polecat.editor.notify')
local window = require('polecat.ui.windows.window')

local M = {}

--- A window that still has nothing to show opens empty after this time, in ms.
local EMPTY_TIMEOUT = 100

--- Runs `act` now, or as soon as the user is back in normal mode: a window that takes the focus
--- would swallow what is being typed. Where no window can be opened that is told, and `refused` is
--- called.
---@param act fun()
---@param refused? fun()
function M.when_idle(act, refused)
  -- Neither after an operator nor after <C-o> in Insert mode.
  if vim.list_contains({ 'n', 'nt', 't' }, vim.api.nvim_get_mode().mode) then
    if window.can_open() then
      return act()
    end
    return refused and refused()
  end
  autocmd.once('ModeChanged', 'Open a window of polecat.nvim', function()
    -- Not between the keys of who goes on at once: in our windows single keys do much.
    ask.when_quiet(function()
      M.when_idle(act, refused)
    end)
  end, { pattern = '*:n' })
end

--- Deletes `buf`; when the command-line window is closed, for while it is open nothing can go.
---@param buf integer
local function delete(buf)
  if vim.fn.getcmdwintype() == '' then
    return pcall(vim.api.nvim_buf_delete, buf, { force = true })
  end
  autocmd.once('CmdwinLeave', 'Delete a buffer of polecat.nvim that could not be shown', function()
    vim.schedule(function()
      delete(buf)
    end)
  end)
end

--- Shows `buf` when `fill` has filled it, or empty after a short while. When it cannot be filled or
--- shown, that is told, and one that was `new` goes: the last lines of a buffer from before are worth
--- keeping.
---@param buf integer
---@param new boolean
---@param fill fun(done: fun(err?: polecat.Error))
---@param show fun()
function M.when_filled(buf, new, fill, show)
  local finished = false
  local function drop()
    if new then
      delete(buf)
    end
  end
  local function show_once()
    if not finished then
      finished = true
      M.when_idle(show, drop)
    end
  end
  fill(function(err)
    if not err then
      return show_once()
    end
    finished = true
    notify.error(err)
    drop()
  end)
  vim.defer_fn(show_once, EMPTY_TIMEOUT)
end

return M
