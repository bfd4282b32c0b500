--- What the user is told: every message goes through `vim.notify` under one title.
local focus = require('polecat.editor.focus')
local message = require('polecat.ui.message')

local M = {}

local levels = vim.log.levels

--- The message and, on the same line where there is room, what to do about it.
---@param err polecat.Error
---@return string
local function text_of(err)
  if not err.hint then
    return err.message
  end
  local one_line = ('%s (%s)'):format(err.message, err.hint)
  return message.fit(one_line, '') == one_line and one_line or err.message .. '\n' .. err.hint
end

---@param text string|polecat.Error
---@param level integer
local function send(text, level)
  vim.schedule(function()
    message.show(type(text) == 'string' and text or text_of(text --[[@as polecat.Error]]), level)
  end)
end

---@param text string|polecat.Error
function M.warn(text)
  send(text, levels.WARN)
end

---@param err polecat.Error|string
function M.error(err)
  if type(err) == 'string' or not err.told then
    send(err, levels.ERROR)
  end
end

--- A callback that notifies an error and hands a result to `done`.
---@param done? fun(result: any)
---@return polecat.Callback
function M.or_error(done)
  return function(err, result)
    if err then
      M.error(err)
    elseif done then
      done(result)
    end
  end
end

--- What the backend tells; of a session only to who does not look at it.
---@param data { level?: string, text: string, about?: string, rig?: string }
function M.notice(data)
  if not (data.about and focus.is_on(data.about, data.rig)) then
    send(data.text, levels[(data.level or 'info'):upper()])
  end
end

--- An event has `pattern` and `data`, a notification `level`, `text`, and `about` and `rig`: a
--- session and the folder of its rig.
---@class polecat.News
---@field pattern? string
---@field data? table
---@field level? 'info'|'warn'|'error'
---@field text? string
---@field about? string
---@field rig? string

--- Tells code of what happened: a `User` event.
---@param event polecat.News
local function announce(event)
  -- What is wrong with a user's code must not keep the others from hearing.
  local opts = { pattern = event.pattern, data = event.data, modeline = false }
  local ok, why = pcall(vim.api.nvim_exec_autocmds, 'User', opts)
  if not ok then
    M.error(('an autocommand for `%s`: %s'):format(event.pattern, why))
  end
end

--- Tells what the backend found to be new, in order, in a turn of their own: the backend does not
--- wait for them.
---@param news polecat.News[]
function M.news(news)
  vim.schedule(function()
    for _, one in ipairs(news) do
      local act = one.pattern and announce or M.notice
      act(one)
    end
  end)
end

return M
