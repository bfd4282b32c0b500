--- The status window: all polecats of the rig, or one in detail, in a float.
local ask = require('polecat.ui.ask')
local backend = require('polecat.backend')
local buffer = require('polecat.buffer')
local float = require('polecat.float')
local keys = require('polecat.keys')
local notify = require('polecat.notify')
local panel = require('polecat.panel')
local reveal = require('polecat.reveal')
local view = require('polecat.view')
local where = require('polecat.where')
local window = require('polecat.window')

local M = {}

local NAME = 'polecat://status'

--- Calls `act` with the polecat that the cursor is on.
---@param buf integer
---@param act fun(polecat: string, at: polecat.At)
---@return fun()
local function on_row(buf, act)
  return function()
    local polecat = vim.b[buf].polecat or view.key_under_cursor(buf)
    if not polecat then
      return notify.warn('there is no polecat on this line')
    end
    act(polecat, where.here(buf))
  end
end

---@param name string
---@return fun(polecat: string, at: polecat.At)
local function command(name)
  return function(polecat, at)
    require('polecat.command').run(name, { args = polecat }, at)
  end
end

--- Removes the polecat after asking once. What would be lost is refused all the same.
---@param polecat string
---@param at polecat.At
local function remove(polecat, at)
  local prompt = ('Remove polecat `%s`?'):format(polecat)
  ask.confirm({ prompt = prompt, yes = 'Remove' }, function(yes)
    if yes then
      command('Remove')(polecat, at)
    end
  end)
end

---@param force boolean
---@return fun(polecat: string, at: polecat.At)
local function stop(force)
  return function(polecat, at)
    local args = { polecat = polecat, force = force, at = at }
    backend.call('session.stop', args, notify.or_error())
  end
end

---@param name string
---@return fun(polecat: string, at: polecat.At)
local function open(name)
  return function(polecat, at)
    require('polecat.' .. name).open({ polecat = polecat, at = at }, {})
  end
end

---@param buf integer
---@return polecat.Key[]
local function keys_of(buf)
  local own = {
    { '<CR>', 'Follow what it prints', on_row(buf, open('capture')) },
    { 'a', 'Attach: use its session in a terminal', on_row(buf, open('attach')) },
    { 'i', 'Inject: write a message to it', on_row(buf, open('compose')) },
    { 'd', 'Show what it changed', on_row(buf, open('diff')) },
    { 's', 'Start it', on_row(buf, command('Start')) },
    { 'x', 'Stop it', on_row(buf, stop(false)) },
    { 'X', 'Stop it by force', on_row(buf, stop(true)) },
    { 'D', 'Remove it, with its folder', on_row(buf, remove) },
  }
  if not vim.b[buf].polecat then
    own[#own + 1] = { 'K', 'Show it in detail', on_row(buf, open('status')) }
  end
  own[#own + 1] = {
    'r',
    'Refresh',
    function()
      view.refresh(buf)
    end,
  }
  return own
end

--- Makes `buf` the status of a rig, or of one polecat in it, and keeps it so.
---@param buf integer
---@param spec { polecat?: string, at: polecat.At }
---@param callback fun(err?: polecat.Error)
function M.fill(buf, spec, callback)
  buffer.prepare(buf, 'wipe')
  where.keep(buf, spec.at)
  vim.b[buf].polecat = spec.polecat
  local title = spec.polecat or 'polecats'
  local asked = { kind = 'status', title = title, polecat = spec.polecat }
  asked.width = float.width()
  -- First, so that the backend is at work while the buffer is made ready.
  view.open(buf, asked, callback)
  keys.set(buf, keys_of(buf), function()
    buffer.close(buf)
  end)
  vim.bo[buf].filetype = 'polecat-status'
end

---@param buf integer
---@param title string
local function show(buf, title)
  if not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  local win = window.showing(buf)
  if win then
    return vim.api.nvim_set_current_win(win)
  end
  win = float.open(buf, title)
  window.set_options(win, { cursorline = true, wrap = false })
  panel.keep(win)
  view.place_cursor(win, buf)
end

--- Opens the status window.
---@param spec { polecat?: string, at?: polecat.At }
function M.open(spec)
  spec.at = spec.at or where.here()
  local buf = buffer.get(spec.polecat and (NAME .. '/' .. spec.polecat) or NAME)
  reveal.when_filled(buf, true, function(done)
    M.fill(buf, spec, done)
  end, function()
    show(buf, spec.polecat or 'polecats')
  end)
end

return M
