--- The steps of long operations, as Neovim shows progress; never a hit-enter prompt.
local message = require('polecat.ui.message')

local M = {}

--- Neovim 0.12 has messages for progress, which it replaces in place.
local HAS_PROGRESS = vim.fn.has('nvim-0.12') == 1

--- The message of each call that has told a step.
---@type table<integer, { message?: integer|string, text: string }>
local shown = {}

--- Shows `text` where nothing else is being typed.
---@param text string
local function echo(text)
  local mode = vim.api.nvim_get_mode()
  -- Without a screen there is nobody to see it.
  if mode.mode == 'n' and not mode.blocking and #vim.api.nvim_list_uis() > 0 then
    vim.api.nvim_echo({ { message.fit(text, '…'), 'PolecatMuted' } }, false, {})
  end
end

---@param call { message?: integer|string, text: string }
---@param status 'running'|'success'|'failed'
local function report(call, status)
  if not HAS_PROGRESS then
    return echo(status == 'running' and call.text or '')
  end
  local opts = { kind = 'progress', title = 'polecat', status = status, id = call.message }
  local ok, id = pcall(vim.api.nvim_echo, { { call.text } }, false, opts)
  call.message = ok and id or call.message
end

--- A step of the call `id`.
---@param data { id: integer, polecat: string, text: string }
function M.show(data)
  local call = shown[data.id] or {}
  call.text = ('%s: %s'):format(data.polecat, data.text)
  shown[data.id] = call
  report(call, 'running')
end

--- The call `id` has been answered.
---@param id integer
---@param ok boolean
function M.done(id, ok)
  if shown[id] then
    report(shown[id], ok and 'success' or 'failed')
    shown[id] = nil
  end
end

return M
