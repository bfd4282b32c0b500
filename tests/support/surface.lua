--- Prints as JSON what a user can see of the plugin: commands, functions, and the configurations
--- that the examples of the documentation come to.
local configs = {}
for _, example in ipairs(vim.json.decode(vim.env.POLECAT_TEST_EXAMPLES)) do
  vim.g.polecat = nil
  assert(loadstring(example))()
  configs[#configs + 1] = require('polecat.config').current()
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
  configs = configs,
}))
