--- Opens windows when what they show is there, so that nobody sees an empty one first.
local notify = require('polecat.notify')

local M = {}

--- A window that still has nothing to show opens empty after this time, in ms.
local PATIENCE = 100

--- Runs `act` now, or as soon as the user is back in normal mode: a window that takes the focus
--- would swallow what is being typed.
---@param act fun()
function M.when_idle(act)
  local mode = vim.api.nvim_get_mode()
  if mode.mode:find('^n') or mode.mode == 't' then
    return act()
  end
  vim.api.nvim_create_autocmd('ModeChanged', {
    pattern = '*:n',
    once = true,
    desc = 'Open a window of polecat.nvim',
    callback = vim.schedule_wrap(act),
  })
end

--- Starts `load`, and calls `show` once: when it is done, or after a short while. When it fails,
--- `failed` gets the error, whether or not `show` has been called.
---@param load fun(done: fun(err?: polecat.Error))
---@param show fun()
---@param failed fun(err: polecat.Error)
function M.when_ready(load, show, failed)
  local finished = false
  local function once()
    if not finished then
      finished = true
      M.when_idle(show)
    end
  end
  load(function(err)
    if err then
      finished = true
      return failed(err)
    end
    once()
  end)
  vim.defer_fn(once, PATIENCE)
end

--- Shows `buf` when `fill` has filled it. When it cannot be filled, that is told, and one that
--- was `new` goes: the last lines of a buffer from before are worth keeping.
---@param buf integer
---@param new boolean
---@param fill fun(done: fun(err?: polecat.Error))
---@param show fun()
function M.when_filled(buf, new, fill, show)
  M.when_ready(fill, show, function(err)
    notify.error(err)
    if new then
      pcall(vim.api.nvim_buf_delete, buf, { force = true })
    end
  end)
end

return M
