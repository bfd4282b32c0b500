--- Highlight groups: ours by name, and those that agents' colours need as they come.
local M = {}

local LINKS = {
  PolecatWorking = 'DiagnosticOk',
  PolecatIdle = 'DiagnosticHint',
  PolecatWaiting = 'DiagnosticWarn',
  PolecatDied = 'DiagnosticError',
  PolecatStarting = 'DiagnosticInfo',
  PolecatStopped = 'Comment',
  PolecatName = 'Identifier',
  PolecatMuted = 'Comment',
  PolecatTitle = 'Title',
  PolecatAdded = 'Added',
  PolecatRemoved = 'Removed',
  PolecatComment = 'DiagnosticInfo',
}

--- xterm's sixteen, where `g:terminal_color_N` says nothing.
-- stylua: ignore
local PALETTE = {
  [0] = '#000000', '#cd0000', '#00cd00', '#cdcd00', '#5c5cff', '#cd00cd', '#00cdcd', '#e5e5e5',
  '#7f7f7f', '#ff0000', '#00ff00', '#ffff00', '#8787ff', '#ff00ff', '#00ffff', '#ffffff',
}
--- The values of a channel in the 6x6x6 cube of 256-colour terminals.
local CUBE = { 0, 95, 135, 175, 215, 255 }

---@class polecat.Style
---@field name string
---@field fg? string|integer `#rrggbb`, or one of the sixteen that a person's palette decides.
---@field bg? string|integer
---@field sp? string|integer
---@field bold? boolean
---@field dim? boolean
---@field italic? boolean
---@field underline? boolean
---@field reverse? boolean
---@field strikethrough? boolean

---@type table<string, polecat.Style>
local styles = {}

---@param rgb string
---@return integer r, integer g, integer b
local function channels(rgb)
  local value = tonumber(rgb:sub(2), 16) or 0
  return math.floor(value / 65536), math.floor(value / 256) % 256, value % 256
end

--- The nearest colour of the cube, for terminals without true colour.
---@param rgb string
---@return integer
local function nearest(rgb)
  local index = 16
  for place, channel in ipairs({ channels(rgb) }) do
    local best = 1
    for step, value in ipairs(CUBE) do
      if math.abs(value - channel) < math.abs(CUBE[best] - channel) then
        best = step
      end
    end
    index = index + (best - 1) * 6 ^ (3 - place)
  end
  return index
end

---@param color? string|integer
---@return string? rgb
---@return integer? cterm
local function resolve(color)
  if type(color) ~= 'number' then
    return color, color and nearest(color)
  end
  local own = vim.g['terminal_color_' .. color]
  return type(own) == 'string' and own or PALETTE[color], color
end

--- Half-way between `rgb` (the editor's own text colour, when nil) and the background: Neovim's
--- groups have no faint.
---@param rgb? string
---@return string
local function faint(rgb)
  local normal = vim.api.nvim_get_hl(0, { name = 'Normal', link = false })
  local dark = vim.o.background == 'dark'
  local front = rgb or ('#%06x'):format(normal.fg or (dark and 0xd0d0d0 or 0x303030))
  local back = ('#%06x'):format(normal.bg or (dark and 0x101010 or 0xf0f0f0))
  local mixed = { channels(front) }
  for place, channel in ipairs({ channels(back) }) do
    mixed[place] = math.floor((mixed[place] + channel) / 2)
  end
  return ('#%02x%02x%02x'):format(unpack(mixed))
end

---@param style polecat.Style
local function define(style)
  local fg, ctermfg = resolve(style.fg)
  local bg, ctermbg = resolve(style.bg)
  local attributes = {
    fg = style.dim and faint(fg) or fg,
    bg = bg,
    sp = (resolve(style.sp)),
    ctermfg = ctermfg or (style.dim and 8 or nil),
    ctermbg = ctermbg,
  }
  for _, flag in ipairs({ 'bold', 'italic', 'underline', 'reverse', 'strikethrough' }) do
    attributes[flag] = style[flag]
  end
  -- Neovim has room for some 20,000 groups; past that, text stays without its colour.
  pcall(vim.api.nvim_set_hl, 0, style.name, attributes)
end

--- Makes sure of the groups that a frame uses.
---@param new? polecat.Style[]
function M.add(new)
  for _, style in ipairs(new or {}) do
    if not styles[style.name] then
      styles[style.name] = style
      define(style)
    end
  end
end

local function define_all()
  for name, link in pairs(LINKS) do
    vim.api.nvim_set_hl(0, name, { default = true, link = link })
  end
  for _, style in pairs(styles) do
    define(style)
  end
end

define_all()
vim.api.nvim_create_autocmd('ColorScheme', {
  group = vim.api.nvim_create_augroup('polecat_highlight', {}),
  desc = 'Set the groups of polecat.nvim again, which a colour scheme clears',
  callback = define_all,
})

return M
