--- Opens windows when what they show is there, so that nobody sees an empty one first.
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

return M
