--- Prints as JSON what a user can see of the plugin: commands, functions, configuration keys, and
--- what is wrong with the examples of the documentation.
local config = require('polecat.config')
local PROBE = 'no_such_key'

--- What the plugin says of a configuration.
---@param value any
---@return string[]
local function problems(value)
  vim.g.polecat = value
  return config.current().problems
end

--- The keys that are known at `place`, which is a list of keys: none where it is no table of ours.
---@param place string[]
---@return string[]
local function known(place)
  local value = { [PROBE] = 1 }
  for index = #place, 1, -1 do
    value = { [place[index]] = value }
  end
  for _, text in ipairs(problems(value)) do
    local list = text:match(PROBE .. '` is not known; known here: (.+)$')
    if list then
      return vim.split(list, ', ', { plain = true })
    end
  end
  return {}
end

local keys = {}
local function collect(place, shown)
  for _, key in ipairs(known(place)) do
    local path = shown .. key
    keys[#keys + 1] = path
    collect(vim.list_extend(vim.list_slice(place), { key }), path .. '.')
  end
end
collect({}, '')
collect({ 'agents', 'one' }, 'agents.*.')

local wrong = {}
for _, example in ipairs(vim.json.decode(vim.env.POLECAT_TEST_EXAMPLES)) do
  vim.g.polecat = nil
  local code, why = loadstring(example)
  local ran = code
    and function()
      code()
      vim.list_extend(wrong, config.current().problems)
    end
  local ok, failed = pcall(ran or error, why)
  if not ok then
    wrong[#wrong + 1] = failed
  end
end

local commands = vim.tbl_filter(function(name)
  return vim.startswith(name, 'Polecat')
end, vim.tbl_keys(vim.api.nvim_get_commands({})))

local functions = {}
for name, value in pairs(require('polecat')) do
  if type(value) == 'function' then
    functions[#functions + 1] = name
  end
end

io.write(vim.json.encode({
  commands = commands,
  functions = functions,
  keys = keys,
  wrong = wrong,
}))
