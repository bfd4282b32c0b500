--- Colours that are made of others.
local M = {}

--- The editor's own text colour and ground; where it has none, that of most.
---@return integer text
---@return integer ground
function M.normal()
  local normal = vim.api.nvim_get_hl(0, { name = 'Normal', link = false })
  local dark = vim.o.background == 'dark'
  return normal.fg or (dark and 0xd0d0d0 or 0x303030), normal.bg or (dark and 0x101010 or 0xf0f0f0)
end

--- A part of `color` on `ground`: Neovim's groups are never transparent.
---@param color integer
---@param ground integer
---@param part number From 0 to 1.
---@return integer
function M.mix(color, ground, part)
  local sum = 0
  for _, unit in ipairs({ 0x10000, 0x100, 1 }) do
    local front, back = math.floor(color / unit) % 256, math.floor(ground / unit) % 256
    sum = sum + math.floor(back + (front - back) * part) * unit
  end
  return sum
end

return M
