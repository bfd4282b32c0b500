--- Previews: what a session prints, live and in its colours, in the buffer of somebody's picker.
local buffer = require('polecat.ui.buffer')
local view = require('polecat.ui.view')

local M = {}

--- More than any preview window is high; what is above can be scrolled to.
local LINES = 200

--- The buffer of the one preview that there is.
---@type integer?
local current

--- Shows what `polecat` prints in `buf`, until another is shown or `buf` goes.
---@param buf integer
---@param polecat string
---@param at polecat.At
function M.show(buf, polecat, at)
  if current then
    view.close(current)
  end
  current = buf
  vim.b[buf].polecat_at = at
  local spec = { kind = 'capture', polecat = polecat, title = polecat }
  spec.lines, spec.follow = LINES, true
  view.open(buf, spec, function(err)
    -- Why there is nothing to see.
    if err and vim.api.nvim_buf_is_valid(buf) then
      buffer.write(buf, vim.split(err.message, '\n'))
    end
  end)
end

return M
