--- What takes the user's keys: questions, and windows one types in. One that comes late must not
--- take for its answer what is being typed for something else.
local M = {}

--- After a key, a late question waits for a moment without one, in ms.
local QUIET_INTERVAL = 300

local namespace = vim.api.nvim_create_namespace('polecat_ask')
--- How many keys have been typed since somebody first wanted to know.
local typed = 0

---@class polecat.From Where and when something was asked for that takes time.
---@field win integer
---@field typed integer

---@class polecat.Choice
---@field label string
---@field call? polecat.Request Nothing for one that declines.

--- Taken when something is begun that may end in a question.
---@return polecat.From
function M.from()
  vim.on_key(function(_, key)
    -- Neovim makes keys itself, which nobody typed.
    typed = typed + (key ~= '' and 1 or 0)
  end, namespace)
  return { win = vim.api.nvim_get_current_win(), typed = typed }
end

--- Whether a key waits to be read. Neovim's own that tell of events (`<80><fd>`) are none.
---@return boolean
local function typed_ahead()
  local key = vim.fn.getcharstr(1)
  return key ~= '' and not vim.startswith(key, '\128\253')
end

--- Whether the user is where it was asked for, and in the middle of nothing.
---@param from polecat.From
---@return boolean
local function is_free(from)
  local mode = vim.api.nvim_get_mode()
  return vim.api.nvim_get_current_win() == from.win
    and vim.fn.getcmdwintype() == ''
    and (mode.mode == 'n' or mode.mode == 'nt')
    and not mode.blocking
    and vim.fn.reg_executing() == ''
    and not typed_ahead()
end

--- Runs `act` where nothing that is typed can be meant for something else, else `refused`: at once
--- when nothing was typed since, or after a moment without a key. Without `from` it is no late one.
---@param from? polecat.From
---@param act fun()
---@param refused fun()
function M.when_free(from, act, refused)
  if not from then
    return act()
  end
  if not is_free(from) then
    return refused()
  elseif typed == from.typed then
    return act()
  end
  local now = M.from()
  vim.defer_fn(function()
    if typed == now.typed and is_free(from) then
      act()
    else
      refused()
    end
  end, QUIET_INTERVAL)
end

--- Runs `act` after a moment in which no key was typed.
---@param act fun()
function M.when_quiet(act)
  local now = M.from()
  vim.defer_fn(function()
    if typed == now.typed then
      act()
    else
      M.when_quiet(act)
    end
  end, QUIET_INTERVAL)
end

---@alias polecat.Select fun(labels: string[], opts: table, done: fun(label?: string), choices: table<string, polecat.Choice>)

--- Lets the user choose, by `select` in place of their own `vim.ui.select`, which sees only the
--- labels; `done` gets nil for none.
---@param choices polecat.Choice[]
---@param opts { prompt: string, kind?: string }
---@param done fun(choice?: polecat.Choice)
---@param select? polecat.Select|false
function M.choose(choices, opts, done, select)
  local labels, by_label = {}, {}
  for _, choice in ipairs(choices) do
    labels[#labels + 1] = choice.label
    by_label[choice.label] = choice
  end
  local ask = select or vim.ui.select
  ask(labels, opts, function(label)
    done(by_label[label])
  end, by_label)
end

return M
