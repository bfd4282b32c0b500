--- Colours as numbers: mixed, and rounded to the few of a palette.
local M = {}

--- The values of a channel in the 6x6x6 cube of 256-colour terminals, whose first is colour 16.
M.CUBE = { 0, 95, 135, 175, 215, 255 }
--- Those of a coarse cube.
M.COARSE = { 0, 135, 255 }

---@param rgb string `#rrggbb`
---@return integer r, integer g, integer b
local function channels(rgb)
  local value = tonumber(rgb:sub(2), 16) or 0
  return math.floor(value / 65536), math.floor(value / 256) % 256, value % 256
end

---@param r integer
---@param g integer
---@param b integer
---@return string
local function hex(r, g, b)
  return ('#%02x%02x%02x'):format(r, g, b)
end

--- Which of `levels` is nearest to `channel`.
---@param channel integer
---@param levels integer[]
---@return integer place From 1.
local function step(channel, levels)
  local best = 1
  for place, value in ipairs(levels) do
    if math.abs(value - channel) < math.abs(levels[best] - channel) then
      best = place
    end
  end
  return best
end

--- The nearest colour of the cube with these levels.
---@param rgb string
---@param levels integer[]
---@return string
function M.rounded(rgb, levels)
  local r, g, b = channels(rgb)
  return hex(levels[step(r, levels)], levels[step(g, levels)], levels[step(b, levels)])
end

--- The index of the nearest colour of the 6x6x6 cube, for terminals without true colour.
---@param rgb string
---@return integer
function M.index(rgb)
  local r, g, b = channels(rgb)
  return 16 + (step(r, M.CUBE) - 1) * 36 + (step(g, M.CUBE) - 1) * 6 + step(b, M.CUBE) - 1
end

--- Half-way between two.
---@param one string
---@param other string
---@return string
function M.mixed(one, other)
  local r, g, b = channels(one)
  local s, h, c = channels(other)
  return hex(math.floor((r + s) / 2), math.floor((g + h) / 2), math.floor((b + c) / 2))
end

return M
