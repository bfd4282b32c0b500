--- Opens windows when what they show is there, so that nobody sees an empty one first.
local ask = require('polecat.ui.ask')
local notify = require('polecat.editor.notify')
local window = require('polecat.ui.window')

local M = {}

--- A window that still has nothing to show opens empty after this time, in ms.
local PATIENCE = 100

--- Runs `act` now, or as soon as the user is back in normal mode: a window that takes the focus
--- would swallow what is being typed. Where no window can be opened that is told, and `refused` is
--- called.
---@param act fun()
---@param refused? fun()
function M.when_idle(act, refused)
  local mode = vim.api.nvim_get_mode()
  if mode.mode:find('^n') or mode.mode == 't' then
    if window.can_open() then
      return act()
    end
    return refused and refused()
  end
  vim.api.nvim_create_autocmd('ModeChanged', {
    pattern = '*:n',
    once = true,
    desc = 'Open a window of polecat.nvim',
    callback = function()
      -- Not between the keys of who goes on at once: in our windows single keys do much.
      ask.when_quiet(function()
        M.when_idle(act, refused)
      end)
    end,
  })
end

---@class polecat.Reveal
---@field load fun(done: fun(err?: polecat.Error))
---@field show fun() Called once: when it is loaded, or after a short while.
---@field refused fun() Instead, where no window can be opened.
---@field failed fun(err: polecat.Error) Whether or not it has been shown.

---@param reveal polecat.Reveal
local function when_ready(reveal)
  local finished = false
  local function once()
    if not finished then
      finished = true
      M.when_idle(reveal.show, reveal.refused)
    end
  end
  reveal.load(function(err)
    if err then
      finished = true
      return reveal.failed(err)
    end
    once()
  end)
  vim.defer_fn(once, PATIENCE)
end

--- Deletes `buf`; when the command-line window is closed, for while it is open nothing can go.
---@param buf integer
local function delete(buf)
  if vim.fn.getcmdwintype() == '' then
    return pcall(vim.api.nvim_buf_delete, buf, { force = true })
  end
  vim.api.nvim_create_autocmd('CmdwinLeave', {
    once = true,
    desc = 'Delete a buffer of polecat.nvim that could not be shown',
    callback = vim.schedule_wrap(function()
      delete(buf)
    end),
  })
end

--- Shows `buf` when `fill` has filled it. When it cannot be filled or shown, that is told, and one
--- that was `new` goes: the last lines of a buffer from before are worth keeping.
---@param buf integer
---@param new boolean
---@param fill fun(done: fun(err?: polecat.Error))
---@param show fun()
function M.when_filled(buf, new, fill, show)
  local function drop()
    if new then
      delete(buf)
    end
  end
  when_ready({
    load = fill,
    show = show,
    refused = drop,
    failed = function(err)
      notify.error(err)
      drop()
    end,
  })
end

return M
