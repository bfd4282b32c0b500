--- Questions to the user. One that comes late must not take for its answer what is being typed.
local notify = require('polecat.notify')

local M = {}

--- A late question waits until no key has come for this time, in ms.
local QUIET = 300

---@class polecat.Ask
---@field prompt string
---@field from? integer The window in which it was asked for what takes time: the question comes
---late. Without one it is the answer to a key that has just been pressed, and comes at once.
---@field again? string The command that asks again, for who could not be asked.

--- Runs `done(free)` after a moment in which no key was typed (true), or at the first key (false).
---@param done fun(free: boolean)
local function when_quiet(done)
  local namespace = vim.api.nvim_create_namespace('')
  local over = false
  local function finish(free)
    if not over then
      over = true
      vim.on_key(nil, namespace)
      done(free)
    end
  end
  vim.on_key(function(_, typed)
    -- Also the keys that Neovim makes itself; of those nobody typed anything.
    if typed ~= '' then
      vim.schedule(function()
        finish(false)
      end)
    end
  end, namespace)
  vim.defer_fn(function()
    finish(true)
  end, QUIET)
end

--- Whether a key waits to be read. Neovim's own that tell of events (`<80><fd>`) are none.
---@return boolean
local function typed_ahead()
  local key = vim.fn.getcharstr(1)
  return key ~= '' and not vim.startswith(key, '\128\253')
end

--- Whether the user is where the question came from, and in the middle of nothing.
---@param from integer
---@return boolean
local function is_free(from)
  local mode = vim.api.nvim_get_mode()
  return vim.api.nvim_get_current_win() == from
    and vim.fn.getcmdwintype() == ''
    and mode.mode == 'n'
    and not mode.blocking
    and vim.fn.reg_executing() == ''
    and not typed_ahead()
end

---@param opts polecat.Ask
local function not_asked(opts)
  notify.warn({
    code = 'cancelled',
    message = 'not asked while you are busy: ' .. opts.prompt,
    hint = opts.again and ('`%s` asks again'):format(opts.again),
  })
end

--- Runs `ask` when the question may open; else says that it was not asked, and runs `missed`.
---@param opts polecat.Ask
---@param ask fun()
---@param missed fun()
local function in_time(opts, ask, missed)
  if not opts.from then
    return ask()
  end
  local function refuse()
    not_asked(opts)
    missed()
  end
  if not is_free(opts.from) then
    return refuse()
  end
  when_quiet(function(quiet)
    if quiet and is_free(opts.from) then
      ask()
    else
      refuse()
    end
  end)
end

--- Lets the user choose one of `items`; `done` gets nil for none, also when it was not asked.
---@generic T
---@param items T[]
---@param opts polecat.Ask|{ format_item?: fun(item: T): string, kind?: string }
---@param done fun(item?: T)
function M.select(items, opts, done)
  in_time(opts, function()
    local shown = { prompt = opts.prompt, format_item = opts.format_item, kind = opts.kind }
    vim.ui.select(items, shown, done)
  end, done)
end

--- Asks whether to go on; `done` gets true only for `yes`. Where the question comes late, `Cancel`
--- stands first, which is what a picker answers to a stray <CR>.
---@param opts polecat.Ask|{ yes: string }
---@param done fun(yes: boolean)
function M.confirm(opts, done)
  local choices = opts.from and { 'Cancel', opts.yes } or { opts.yes, 'Cancel' }
  M.select(choices, opts, function(choice)
    done(choice == opts.yes)
  end)
end

return M
