--- The steps of long operations, as Neovim shows progress; never a hit-enter prompt.
local message = require('polecat.ui.message')

local M = {}

--- Neovim 0.12 has messages for progress, which it replaces in place.
local HAS_KIND = vim.fn.has('nvim-0.12') == 1

--- The message of each call that reported steps.
---@type table<integer, { message: any, text: string }>
local shown = {}

--- A line being typed must not be overwritten, and without a screen there is nobody to see it.
---@return boolean
local function may_echo()
  local mode = vim.api.nvim_get_mode()
  return mode.mode == 'n' and not mode.blocking and #vim.api.nvim_list_uis() > 0
end

---@param text string
local function echo(text)
  if may_echo() then
    vim.api.nvim_echo(
      { { message.cut(message.on_one_line(text), message.room(), '…'), 'PolecatMuted' } },
      false,
      {}
    )
  end
end

---@param id integer
---@param text string
---@param status string
local function report(id, text, status)
  local call = shown[id] or {}
  shown[id] = call
  call.text = text
  if not HAS_KIND then
    return echo(status == 'running' and text or '')
  end
  local opts = { kind = 'progress', title = 'polecat', status = status, id = call.message }
  local ok, told = pcall(vim.api.nvim_echo, { { text } }, false, opts)
  call.message = ok and told or call.message
end

--- A `progress` event of the backend.
---@param data { id: integer, polecat: string, text: string }
function M.show(data)
  report(data.id, ('%s: %s'):format(data.polecat, data.text), 'running')
end

--- The call `id` has been answered.
---@param id integer
---@param ok boolean
function M.done(id, ok)
  if shown[id] then
    report(id, shown[id].text, ok and 'success' or 'failed')
    shown[id] = nil
  end
end

return M
