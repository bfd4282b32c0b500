--- Tells what the backend found to be new: `User` events to code, notifications to a person.
local notify = require('polecat.editor.notify')

local M = {}

--- An event has `pattern` and `data`, a notification `level`, `text` and `about`: a session.
---@class polecat.News
---@field pattern? string
---@field data? table
---@field level? 'info'|'warn'|'error'
---@field text? string
---@field about? string

---@param event polecat.News
local function tell(event)
  -- What is wrong with a user's code must not keep the others from hearing.
  local opts = { pattern = event.pattern, data = event.data, modeline = false }
  local ok, why = pcall(vim.api.nvim_exec_autocmds, 'User', opts)
  if not ok then
    notify.error(('an autocommand for `%s`: %s'):format(event.pattern, why))
  end
end

--- Tells `news` in order, in a turn of their own: the backend does not wait for them.
---@param news polecat.News[]
function M.tell(news)
  vim.schedule(function()
    for _, one in ipairs(news) do
      local act = one.pattern and tell or notify.notice
      act(one)
    end
  end)
end

return M
